"""PyJWT as an issuer: reads claims by case as JSON, writes a JWK Set and a token of each case and algorithm."""
import json
import sys

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

cases = json.load(sys.stdin)
shared = rsa.generate_private_key(public_exponent=65537, key_size=2048)
signers = (
    ("RS256", shared, RSAAlgorithm),
    ("PS256", shared, RSAAlgorithm),
    ("ES256", ec.generate_private_key(ec.SECP256R1()), ECAlgorithm),
    ("EdDSA", ed25519.Ed25519PrivateKey.generate(), OKPAlgorithm),
)
keys, tokens = [], {}
for alg, key, algorithm in signers:
    keys.append({**json.loads(algorithm.to_jwk(key.public_key())), "kid": alg, "alg": alg})
    tokens[alg] = {
        name: jwt.encode(claims, key, algorithm=alg, headers={"kid": alg})
        for name, claims in cases.items()
    }
json.dump({"keys": keys, "tokens": tokens}, sys.stdout)
