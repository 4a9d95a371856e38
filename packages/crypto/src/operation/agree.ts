import { admit } from '../admission.ts'
import { unsupported } from '../error.ts'
import { materialOf, OpenKey, openPublicKey, privateOf, publicOf } from '../key.ts'
import { agreeSecret, agreeSecretAsync } from '../primitive/key-agreement.ts'
import { decapsulateMlKem, type Encapsulated, encapsulateMlKem } from '../primitive/ml-kem.ts'
import { decapsulateXWing, encapsulateXWing } from '../primitive/x-wing.ts'
import { specEntry } from '../spec.ts'
import type { Awaitable } from './awaitable.ts'

/**
 * The raw shared secret of ECDH (SP 800-56A §5.7.1.2), X25519 or X448 (RFC 7748) with a peer's SPKI or opened
 * public key of the same specification. It goes through a derivation before it is a key.
 */
export function agree(key: OpenKey, peer: Uint8Array | OpenKey): Awaitable<Uint8Array> {
  admit(key, agreeMechanism(key), 'agree')
  const opened = peer instanceof OpenKey ? peer : openPublicKey(key.spec, peer)
  if (opened.spec !== key.spec) throw unsupported('the two keys are of different specifications')
  if (specEntry(key.spec).slowPrivate) return agreeSecretAsync(privateOf(key), publicOf(opened))
  return agreeSecret(privateOf(key), publicOf(opened))
}

/** A fresh shared secret and the ciphertext that carries it to the holder of the private key. */
export function encapsulate(key: OpenKey): Encapsulated {
  if (key.spec === 'x-wing') {
    admit(key, 'x-wing', 'encapsulate')
    const { xWingPublic } = materialOf(key)
    if (xWingPublic === undefined) throw unsupported('operation needs a public key')
    return encapsulateXWing(xWingPublic)
  }
  admit(key, 'ml-kem', 'encapsulate')
  return encapsulateMlKem(publicOf(key))
}

/** The shared secret of a ciphertext. A ciphertext made for another key gives another secret, not an error. */
export function decapsulate(key: OpenKey, ciphertext: Uint8Array): Uint8Array {
  if (key.spec === 'x-wing') {
    admit(key, 'x-wing', 'encapsulate')
    const { xWingSecret } = materialOf(key)
    if (xWingSecret === undefined) throw unsupported('operation needs the private key')
    return decapsulateXWing(xWingSecret, ciphertext)
  }
  admit(key, 'ml-kem', 'encapsulate')
  return decapsulateMlKem(privateOf(key), ciphertext)
}

function agreeMechanism(key: OpenKey): 'ecdh' | 'x25519' | 'x448' {
  return key.spec === 'x25519' || key.spec === 'x448' ? key.spec : 'ecdh'
}
