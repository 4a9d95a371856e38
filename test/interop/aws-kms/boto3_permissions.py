"""Key policies and grants, by boto3."""

import json

from boto3_client import client, finish, pages, refused

kms = client()
metadata = kms.create_key()["KeyMetadata"]
key, account = metadata["KeyId"], metadata["AWSAccountId"]

# Policies.
policy = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
own = json.dumps(json.loads(policy), indent=7)
kms.put_key_policy(KeyId=key, PolicyName="default", Policy=own)
assert kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == own
assert pages(kms, "list_key_policies", "PolicyNames", KeyId=key) == ["default"]
refused(
    kms,
    "MalformedPolicyDocumentException",
    kms.put_key_policy,
    KeyId=key,
    PolicyName="default",
    Policy="{}",
)

# Grants.
me = f"arn:aws:iam::{account}:user/developer"
asked = {"KeyId": key, "GranteePrincipal": me, "RetiringPrincipal": me}
grants = [kms.create_grant(Operations=[one], **asked) for one in ["Encrypt", "Decrypt"]]
ids = {one["GrantId"] for one in grants}
assert ids == {one["GrantId"] for one in pages(kms, "list_grants", "Grants", KeyId=key)}
mine = kms.list_retirable_grants(RetiringPrincipal=me)["Grants"]
assert ids == {one["GrantId"] for one in mine}
kms.retire_grant(GrantToken=grants[0]["GrantToken"])
kms.revoke_grant(KeyId=key, GrantId=grants[1]["GrantId"])
refused(kms, "InvalidGrantTokenException", kms.retire_grant, GrantToken="nonsense")
assert kms.list_grants(KeyId=key)["Grants"] == []

# A deny of the key's policy wins over what the principal may do otherwise.
statements = json.loads(policy)["Statement"]
deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*"}
closed = json.dumps({"Version": "2012-10-17", "Statement": [*statements, deny]})
kms.put_key_policy(KeyId=key, PolicyName="default", Policy=closed)
refused(kms, "AccessDeniedException", kms.encrypt, KeyId=key, Plaintext=b"x")

finish()
