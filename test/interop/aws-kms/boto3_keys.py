"""Keys and their life, aliases, tags, by boto3."""

from boto3_client import client, finish, new_key, pages, refused

kms = client()
NOBODY = "12345678-1234-1234-1234-123456789012"

# Life.
made = kms.create_key(Description="one", Tags=[{"TagKey": "team", "TagValue": "red"}])
metadata = made["KeyMetadata"]
key = metadata["KeyId"]
assert metadata["KeyState"] == "Enabled" and metadata["CreationDate"].tzinfo is not None
kms.update_key_description(KeyId=key, Description="two")
assert kms.describe_key(KeyId=key)["KeyMetadata"]["Description"] == "two"
kms.disable_key(KeyId=key)
refused(kms, "DisabledException", kms.encrypt, KeyId=key, Plaintext=b"x")
kms.enable_key(KeyId=key)
doomed = new_key(kms)
assert kms.schedule_key_deletion(KeyId=doomed, PendingWindowInDays=7)["DeletionDate"]
refused(kms, "KMSInvalidStateException", kms.encrypt, KeyId=doomed, Plaintext=b"x")
kms.cancel_key_deletion(KeyId=doomed)
refused(kms, "NotFoundException", kms.describe_key, KeyId=NOBODY)
refused(kms, "ValidationException", kms.create_key, KeySpec="AES_999")

# Aliases and tags, and every paginator that boto3 has.
for name in ["one", "two", "three"]:
    kms.create_alias(AliasName=f"alias/boto/{name}", TargetKeyId=key)
refused(
    kms, "AlreadyExistsException", kms.create_alias, AliasName="alias/boto/one", TargetKeyId=key
)
kms.update_alias(AliasName="alias/boto/two", TargetKeyId=doomed)
kms.delete_alias(AliasName="alias/boto/three")
kms.tag_resource(KeyId=key, Tags=[{"TagKey": "stage", "TagValue": "test"}])
kms.untag_resource(KeyId=key, TagKeys=["team"])
assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "stage", "TagValue": "test"}]

assert {key, doomed} <= {one["KeyId"] for one in pages(kms, "list_keys", "Keys")}
assert [one["AliasName"] for one in pages(kms, "list_aliases", "Aliases", KeyId=key)] == [
    "alias/boto/one"
]
assert pages(kms, "list_key_policies", "PolicyNames", KeyId=key) == ["default"]

finish()
