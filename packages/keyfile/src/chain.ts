// X.509 (RFC 5280 §4.1), as far as is needed to put certificates in order; nothing of it is verified.
import { compare } from '@claviger/bytes'
import { DerReader, TAG } from './der-reader.ts'

const CHAIN_LENGTH_MAX = 32

interface Names {
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
}

/** The certificate and those above it, found among `others` by their names. */
export function chainOf(leaf: Uint8Array, others: readonly Uint8Array[]): readonly Uint8Array[] {
  const chain = [leaf]
  for (let last = leaf; chain.length < CHAIN_LENGTH_MAX; ) {
    const names = namesOf(last)
    if (names === undefined || compare(names.issuer, names.subject) === 0) break
    const next = others.find((other) => {
      const subject = namesOf(other)?.subject
      return subject !== undefined && compare(subject, names.issuer) === 0
    })
    if (next === undefined || chain.includes(next)) break
    chain.push(next)
    last = next
  }
  return chain
}

/** The first that issued none of the others. */
export function leafOf(certificates: readonly Uint8Array[]): Uint8Array | undefined {
  const names = certificates.map(namesOf)
  const isIssuer = (at: number): boolean =>
    names.some((other, index) => {
      const subject = names[at]?.subject
      return index !== at && other && subject && compare(other.issuer, subject) === 0
    })
  return certificates.find((_, at) => !isIssuer(at))
}

/** Undefined for what is no certificate: the keeper says so when it is brought there. */
function namesOf(certificate: Uint8Array): Names | undefined {
  try {
    const body = new DerReader(certificate).sequence().sequence()
    body.optionalExplicit(0)
    body.element(TAG.integer)
    body.element(TAG.sequence)
    const issuer = body.element(TAG.sequence)
    body.element(TAG.sequence)
    return { issuer, subject: body.element(TAG.sequence) }
  } catch {
    return undefined
  }
}
