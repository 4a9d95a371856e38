"""Yubico's python-fido2 as an authenticator, a browser and a verifier. Reads one JSON object, writes another."""
import base64
import hashlib
import json
import os
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from fido2 import cbor
from fido2.client import ClientData
from fido2.cose import CoseKey, EdDSA, ES256
from fido2.ctap2 import AuthenticatorData
from fido2.utils import websafe_encode


def text(data):
    return base64.b64encode(data).decode()


def assertion(key, sign, statement, party, extensions):
    flags = AuthenticatorData.FLAG.USER_PRESENT | AuthenticatorData.FLAG.USER_VERIFIED
    if extensions is not None:
        flags |= AuthenticatorData.FLAG.EXTENSION_DATA
    data = AuthenticatorData.create(
        hashlib.sha256(party["id"].encode()).digest(), flags, 7, extensions=extensions
    )
    client = ClientData.build(
        type="webauthn.get",
        challenge=websafe_encode(hashlib.sha256(statement.encode()).digest()),
        origin=party["origin"],
        crossOrigin=False,
    )
    signature = sign(data + client.hash)
    key.verify(data + client.hash, signature)
    return {
        "authenticatorData": text(data),
        "clientDataJson": text(client),
        "signature": text(signature),
    }


asked = json.load(sys.stdin)
made = []
p256 = ec.generate_private_key(ec.SECP256R1())
edwards = ed25519.Ed25519PrivateKey.generate()
for kind, key, sign in (
    ("ecdsa-p256", p256, lambda data: p256.sign(data, ec.ECDSA(hashes.SHA256()))),
    ("ed25519", edwards, edwards.sign),
):
    cose = (ES256 if kind == "ecdsa-p256" else EdDSA).from_cryptography_key(key.public_key())
    made.append(
        {
            "algorithm": kind,
            "credential": text(os.urandom(64)),
            "publicKey": text(cbor.encode(cose)),
            "plain": assertion(cose, sign, asked["statement"], asked["party"], None),
            "extended": assertion(cose, sign, asked["statement"], asked["party"], {"uvm": [[2, 4, 2]]}),
        }
    )
for one in asked["ours"]:
    parts = {name: base64.b64decode(value) for name, value in one.items()}
    key = CoseKey.parse(cbor.decode(parts["cose"]))
    data = AuthenticatorData(parts["authenticatorData"])
    client = ClientData(parts["clientDataJson"])
    assert data.is_user_verified() and client.challenge == hashlib.sha256(asked["statement"].encode()).digest()
    key.verify(data + client.hash, parts["signature"])
json.dump(made, sys.stdout)
