import { encodeHex } from '@claviger/bytes'
import type { AwsCrypto } from '../crypto-port.ts'
import { verifyChain, type VerifiedLeaf } from './certificate-chain.ts'

/** Certificates of that many enclaves; each has its own for three hours. */
const CHAINS_MAX = 1_000

/**
 * Chains that have been verified under the same roots. A walk takes milliseconds in which nothing else
 * is done, and an enclave sends the same chain with each of its documents. Nothing but time makes a
 * verified chain wrong, so its dates are looked at every time; a refusal is not kept.
 */
export class VerifiedChains {
  readonly #crypto: Pick<AwsCrypto, 'attestation' | 'sha256'>
  readonly #roots: readonly Uint8Array[]
  readonly #leaves = new Map<string, VerifiedLeaf>()

  constructor(crypto: Pick<AwsCrypto, 'attestation' | 'sha256'>, roots: readonly Uint8Array[]) {
    this.#crypto = crypto
    this.#roots = roots
  }

  /** The SubjectPublicKeyInfo of the leaf; an AwsError for a chain that does not hold now. */
  leafKey(chain: readonly Uint8Array[], now: number): Uint8Array {
    // Each certificate by itself: so are they divided, and not otherwise.
    const name = chain.map((der) => encodeHex(this.#crypto.sha256(der))).join()
    const known = this.#leaves.get(name)
    if (known !== undefined && known.notBefore <= now && now <= known.notAfter) {
      return known.publicKey
    }
    const leaf = verifyChain(this.#crypto.attestation, { chain, roots: this.#roots, now })
    if (this.#leaves.size >= CHAINS_MAX) this.#leaves.clear()
    this.#leaves.set(name, leaf)
    return leaf.publicKey
  }
}
