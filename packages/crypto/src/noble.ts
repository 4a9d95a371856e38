// The noble packages, each loaded when it is first called for: they take tens of milliseconds, and a process
// that signs messages and encrypts under AES never needs one.
import * as loader from './noble-loader.cts'

type Noble = {
  readonly edwards: () => typeof import('@noble/curves/abstract/edwards.js')
  readonly ed25519: () => typeof import('@noble/curves/ed25519.js')
  readonly ed448: () => typeof import('@noble/curves/ed448.js')
  readonly nist: () => typeof import('@noble/curves/nist.js')
  readonly secp256k1: () => typeof import('@noble/curves/secp256k1.js')
  readonly brainpool: () => typeof import('@noble/curves/misc.js')
  readonly mlDsa: () => typeof import('@noble/post-quantum/ml-dsa.js')
  readonly chacha: () => typeof import('@noble/ciphers/chacha.js')
  readonly argon2: () => typeof import('@noble/hashes/argon2.js')
  readonly ff1: () => typeof import('@noble/ciphers/ff1.js')
}

// The compiler gives what a CommonJS file exports no types.
export const noble = loader as unknown as Noble
