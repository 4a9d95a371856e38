import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { constantTimeEqual, copy } from '@claviger/bytes'
import type { Awaitable } from './operation/awaitable.ts'
import { agreeSecret } from './primitive/key-agreement.ts'
import { decapsulateMlKem, encapsulateMlKem } from './primitive/ml-kem.ts'
import {
  type SignatureScheme,
  signMessage,
  signMessageAsync,
  verifyMessage,
  verifyMessageAsync,
} from './primitive/signature.ts'
import {
  decapsulateXWing,
  encapsulateXWing,
  expandXWingSeed,
  parseXWingPublic,
} from './primitive/x-wing.ts'
import { pairwiseFault } from './self-test/fault.ts'
import { type KeySpec, specEntry } from './spec.ts'

const MESSAGE = Uint8Array.from('pairwise consistency', (letter) => letter.charCodeAt(0))

/**
 * Whether the two halves belong together, tried on the operation the pair is for (FIPS 140-3 §10.3.5.1,
 * IG 10.3.A; SP 800-56A §5.6.2.1.4 for agreement keys). Every pair made or imported passes this first.
 */
export function isConsistentPair(
  spec: KeySpec,
  privateKey: KeyObject,
  publicKey: KeyObject,
): Awaitable<boolean> {
  const { family, slowPrivate } = specEntry(spec)
  switch (family) {
    case 'rsa':
      return signsConsistently({ kind: 'rsa-pkcs1', hash: 'sha256' }, privateKey, publicKey, true)
    case 'ec':
      return signsConsistently(
        { kind: 'ecdsa', hash: 'sha256' },
        privateKey,
        publicKey,
        slowPrivate,
      )
    case 'edwards': {
      const kind = spec === 'ed25519' ? 'ed25519' : 'ed448'
      return signsConsistently({ kind }, privateKey, publicKey, slowPrivate)
    }
    case 'ml-dsa':
      return signsConsistently({ kind: 'ml-dsa' }, privateKey, publicKey, true)
    case 'slh-dsa':
      return signsConsistently({ kind: 'slh-dsa' }, privateKey, publicKey, true)
    case 'montgomery':
      return agreesConsistently(privateKey, publicKey)
    case 'ml-kem': {
      const { ciphertext, sharedSecret } = encapsulateMlKem(publicKey)
      return isSame(decapsulateMlKem(privateKey, ciphertext), sharedSecret)
    }
    case 'symmetric':
    case 'x-wing':
      return false
  }
}

/** The same for X-Wing, of which the halves are byte strings. */
export function isConsistentXWing(seed: Uint8Array, publicKey: Uint8Array): boolean {
  const { ciphertext, sharedSecret } = encapsulateXWing(parseXWingPublic(publicKey))
  return isSame(decapsulateXWing(expandXWingSeed(seed), ciphertext), sharedSecret)
}

function signsConsistently(
  scheme: SignatureScheme,
  privateKey: KeyObject,
  publicKey: KeyObject,
  slow: boolean,
): Awaitable<boolean> {
  if (slow) return signsConsistentlyAsync(scheme, privateKey, publicKey)
  const signature = spoil(signMessage(scheme, privateKey, MESSAGE, {}))
  return verifyMessage(scheme, publicKey, MESSAGE, signature, {})
}

async function signsConsistentlyAsync(
  scheme: SignatureScheme,
  privateKey: KeyObject,
  publicKey: KeyObject,
): Promise<boolean> {
  const signature = spoil(await signMessageAsync(scheme, privateKey, MESSAGE, {}))
  return verifyMessageAsync(scheme, publicKey, MESSAGE, signature, {})
}

function agreesConsistently(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const ephemeral = generateKeyPairSync(privateKey.asymmetricKeyType as 'x25519')
  const ours = agreeSecret(privateKey, ephemeral.publicKey)
  return isSame(ours, agreeSecret(ephemeral.privateKey, publicKey))
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return constantTimeEqual(spoil(left), right)
}

/** Where a test plants its fault. */
function spoil(bytes: Uint8Array): Uint8Array {
  if (!pairwiseFault.active) return bytes
  const spoiled = copy(bytes)
  spoiled[0] = (spoiled[0] as number) ^ 1
  return spoiled
}
