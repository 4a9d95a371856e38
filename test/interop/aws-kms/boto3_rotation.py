"""Rotation, keys of several regions, imported material, by boto3."""

import os

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from boto3_client import client, finish, new_key, refused

kms = client()
west = client("eu-west-1")

# Rotation.
key = new_key(kms)
kms.enable_key_rotation(KeyId=key)
assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True
kms.disable_key_rotation(KeyId=key)
assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
signer = new_key(kms, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
refused(kms, "UnsupportedOperationException", kms.enable_key_rotation, KeyId=signer)

# Regions.
shared = new_key(kms, MultiRegion=True)
replica = kms.replicate_key(KeyId=shared, ReplicaRegion="eu-west-1")["ReplicaKeyMetadata"]
assert replica["KeyId"] == shared and ":eu-west-1:" in replica["Arn"]
sealed = kms.encrypt(KeyId=shared, Plaintext=b"over the sea")["CiphertextBlob"]
assert west.decrypt(CiphertextBlob=sealed, KeyId=shared)["Plaintext"] == b"over the sea"
kms.update_primary_region(KeyId=shared, PrimaryRegion="eu-west-1")
regions = west.describe_key(KeyId=shared)["KeyMetadata"]["MultiRegionConfiguration"]
assert regions["MultiRegionKeyType"] == "PRIMARY"
refused(west, "NotFoundException", west.describe_key, KeyId=key)

# Imported material.
outside = new_key(kms, Origin="EXTERNAL")
given = kms.get_parameters_for_import(
    KeyId=outside, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
)
wrapping = serialization.load_der_public_key(given["PublicKey"])
oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
asked = {
    "KeyId": outside,
    "ImportToken": given["ImportToken"],
    "EncryptedKeyMaterial": wrapping.encrypt(os.urandom(32), oaep),
    "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
}
wrong = {**asked, "ImportToken": b"nonsense"}
refused(kms, "InvalidImportTokenException", kms.import_key_material, **wrong)
wrong = {**asked, "EncryptedKeyMaterial": b"x" * 256}
refused(kms, "InvalidCiphertextException", kms.import_key_material, **wrong)
kms.import_key_material(**asked)
assert kms.describe_key(KeyId=outside)["KeyMetadata"]["KeyState"] == "Enabled"
sealed = kms.encrypt(KeyId=outside, Plaintext=b"kept")["CiphertextBlob"]
kms.delete_imported_key_material(KeyId=outside)
refused(kms, "KMSInvalidStateException", kms.decrypt, CiphertextBlob=sealed)

finish()
