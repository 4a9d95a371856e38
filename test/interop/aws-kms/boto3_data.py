"""Encryption, data keys, signatures and codes, by boto3."""

import hashlib

from boto3_client import client, finish, new_key, refused

kms = client()
TEXT = b"attack at dawn"
CONTEXT = {"team": "red", "naïve": "✓"}

# Symmetric encryption.
key = new_key(kms)
other = new_key(kms)
sealed = kms.encrypt(KeyId=key, Plaintext=TEXT, EncryptionContext=CONTEXT)
blob = sealed["CiphertextBlob"]
assert sealed["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT)
assert opened["Plaintext"] == TEXT and opened["KeyId"].endswith(key)
refused(kms, "InvalidCiphertextException", kms.decrypt, CiphertextBlob=blob)
refused(
    kms,
    "IncorrectKeyException",
    kms.decrypt,
    CiphertextBlob=blob,
    EncryptionContext=CONTEXT,
    KeyId=other,
)
again = kms.re_encrypt(
    CiphertextBlob=blob, SourceEncryptionContext=CONTEXT, DestinationKeyId=other
)
assert again["SourceKeyId"].endswith(key) and again["KeyId"].endswith(other)
assert kms.decrypt(CiphertextBlob=again["CiphertextBlob"])["Plaintext"] == TEXT
refused(kms, "ValidationException", kms.encrypt, KeyId=key, Plaintext=b"x" * 4097)
refused(kms, "InvalidArnException", kms.encrypt, KeyId="arn:aws:kms:x", Plaintext=TEXT)

# Data keys and random bytes.
made = kms.generate_data_key(KeyId=key, KeySpec="AES_128", EncryptionContext=CONTEXT)
assert len(made["Plaintext"]) == 16
same = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)
assert same["Plaintext"] == made["Plaintext"]
hidden = kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=100)
assert "Plaintext" not in hidden
assert len(kms.decrypt(CiphertextBlob=hidden["CiphertextBlob"])["Plaintext"]) == 100
pair = kms.generate_data_key_pair(KeyId=key, KeyPairSpec="ECC_SECG_P256K1")
private = kms.decrypt(CiphertextBlob=pair["PrivateKeyCiphertextBlob"])["Plaintext"]
assert private == pair["PrivateKeyPlaintext"] and pair["KeyPairSpec"] == "ECC_SECG_P256K1"
pair = kms.generate_data_key_pair_without_plaintext(KeyId=key, KeyPairSpec="RSA_2048")
assert "PrivateKeyPlaintext" not in pair and pair["PublicKey"]
assert len(kms.generate_random(NumberOfBytes=1024)["Plaintext"]) == 1024
refused(kms, "ValidationException", kms.generate_random, NumberOfBytes=1025)

# Asymmetric encryption.
rsa = new_key(kms, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
how = {"KeyId": rsa, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
sealed = kms.encrypt(Plaintext=TEXT, **how)
assert kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], **how)["Plaintext"] == TEXT
assert kms.get_public_key(KeyId=rsa)["KeySpec"] == "RSA_2048"

# Signatures.
for spec, algorithm in [
    ("RSA_2048", "RSASSA_PSS_SHA_256"),
    ("ECC_NIST_P384", "ECDSA_SHA_384"),
    ("ECC_SECG_P256K1", "ECDSA_SHA_256"),
]:
    signer = new_key(kms, KeySpec=spec, KeyUsage="SIGN_VERIFY")
    assert kms.get_public_key(KeyId=signer)["KeyUsage"] == "SIGN_VERIFY"
    how = {"KeyId": signer, "SigningAlgorithm": algorithm}
    signature = kms.sign(Message=TEXT, **how)["Signature"]
    digest = hashlib.new("sha" + algorithm[-3:], TEXT).digest()
    asked = {"Message": digest, "MessageType": "DIGEST", "Signature": signature, **how}
    assert kms.verify(**asked)["SignatureValid"] is True
    asked["Message"] = bytes(len(digest))
    refused(kms, "KMSInvalidSignatureException", kms.verify, **asked)
    refused(kms, "InvalidKeyUsageException", kms.encrypt, KeyId=signer, Plaintext=TEXT)

# Codes.
coder = new_key(kms, KeySpec="HMAC_512", KeyUsage="GENERATE_VERIFY_MAC")
how = {"KeyId": coder, "MacAlgorithm": "HMAC_SHA_512"}
mac = kms.generate_mac(Message=TEXT, **how)["Mac"]
assert len(mac) == 64 and kms.verify_mac(Message=TEXT, Mac=mac, **how)["MacValid"] is True
refused(kms, "KMSInvalidMacException", kms.verify_mac, Message=b"x", Mac=mac, **how)

finish()
