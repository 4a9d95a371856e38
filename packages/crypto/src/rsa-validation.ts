// What an imported RSA key must satisfy beyond parsing: SP 800-89 §5.3.3 for a public key, SP 800-56B §6.4.1.4
// for a pair. OpenSSL imports keys of which the parts do not belong together.
//
// The public exponent is odd and at most 256 bits (FIPS 186-5 §A.1.1). A key pair's is at least 65537, as that
// standard asks. A bare public key's may be as low as 3: it is met in old certificates, and with strict padding
// checks, which OpenSSL makes and we make by comparing whole encodings, verifying under it is sound.
import { checkPrimeSync, type KeyObject } from 'node:crypto'
import { parseRsaPrivateKey } from './der.ts'
import { invalidKey } from './error.ts'
import { bitLengthOf, compareNaturals, type Natural, WipedIntegers } from './wiped-integers.ts'

const EXPONENT_MIN_PAIR = 65537n
const EXPONENT_MIN_PUBLIC = 3n
const EXPONENT_BITS_MAX = 256
const SMALL_PRIMES_LIMIT = 752
// Enough of them that an honest modulus passes the test below by chance less than once in 2^25.
const ROCA_PRIME_MAX = 167
let sieved: readonly number[] | undefined

/** Refuses an RSA public key that is too weak or not one at all. */
export function assertRsaPublic(key: KeyObject, exponentMin = EXPONENT_MIN_PUBLIC): void {
  const exponent = key.asymmetricKeyDetails?.publicExponent ?? 0n
  if (exponent < exponentMin || exponent % 2n === 0n || bitLength(exponent) > EXPONENT_BITS_MAX) {
    throw invalidKey('rsa public exponent is out of range')
  }
  const jwk = key.export({ format: 'jwk' })
  const modulus = fromBytes(Uint8Array.fromBase64(jwk.n as string, { alphabet: 'base64url' }))
  for (const prime of smallPrimes()) {
    if (modulus % BigInt(prime) === 0n) throw invalidKey('rsa modulus has a small factor')
  }
  if (isRocaModulus(modulus)) throw invalidKey('rsa modulus has the ROCA weakness (CVE-2017-15361)')
}

/**
 * Refuses a private key of which the nine numbers do not fit together. What is computed on the way is wiped.
 */
export function assertRsaPrivate(privateKey: KeyObject, publicKey: KeyObject): void {
  assertRsaPublic(publicKey, EXPONENT_MIN_PAIR)
  const der = privateKey.export({ type: 'pkcs1', format: 'der' })
  const numbers = parseRsaPrivateKey(der)
  try {
    assertRsaNumbers(numbers)
  } finally {
    for (const number of numbers) number.fill(0)
    der.fill(0)
  }
}

/** @param numbers n, e, d, p, q, dp, dq and qi, big-endian (RFC 8017 §A.1.2) */
function assertRsaNumbers(numbers: readonly Uint8Array[]): void {
  const integers = new WipedIntegers()
  try {
    assertNaturals(integers, numbers.map((number) => integers.fromBytes(number)) as Octet)
  } finally {
    integers.wipe()
  }
  // As bytes: of a BigInt, Node makes a copy that it does not wipe.
  const factors = numbers.slice(3, 5)
  if (!factors.every((factor) => checkPrimeSync(factor))) {
    throw invalidKey('rsa factors are not prime')
  }
}

type Octet = [Natural, Natural, Natural, Natural, Natural, Natural, Natural, Natural]

function assertNaturals(integers: WipedIntegers, [n, e, d, p, q, dp, dq, qi]: Octet): void {
  const one = integers.fromBytes(Uint8Array.of(1))
  const two = integers.fromBytes(Uint8Array.of(2))
  const halfBits = bitLengthOf(n) / 2
  const inconsistent = (): never => {
    throw invalidKey('rsa private key is inconsistent')
  }
  const same = (left: Natural, right: Natural): boolean => compareNaturals(left, right) === 0
  // Everything below divides by p - 1, q - 1 and p.
  if (compareNaturals(p, two) <= 0 || compareNaturals(q, two) <= 0 || same(p, q)) inconsistent()
  const [p1, q1] = [integers.subtract(p, one), integers.subtract(q, one)]
  const product = integers.multiply(e, d)
  const consistent =
    same(integers.multiply(p, q), n) &&
    bitLengthOf(p) === halfBits &&
    bitLengthOf(q) === halfBits &&
    // e·d = 1 modulo lcm(p - 1, q - 1): modulo each of them.
    same(integers.modulo(product, p1), one) &&
    same(integers.modulo(product, q1), one) &&
    // d > 2^(nlen/2)
    bitLengthOf(integers.subtract(d, one)) > halfBits &&
    same(dp, integers.modulo(d, p1)) &&
    same(dq, integers.modulo(d, q1)) &&
    same(integers.modulo(integers.multiply(q, qi), p), one) &&
    compareNaturals(qi, p) < 0
  if (!consistent) inconsistent()
  const distance = compareNaturals(p, q) > 0 ? integers.subtract(p, q) : integers.subtract(q, p)
  // FIPS 186-5 §A.1.3: |p - q| > 2^(nlen/2 - 100).
  if (bitLengthOf(distance) <= halfBits - 100) throw invalidKey('rsa primes are too close')
}

/**
 * The fingerprint of the broken generator of CVE-2017-15361: its moduli are powers of 65537 modulo every
 * small prime (Nemec et al., "The Return of Coppersmith's Attack", §4.1).
 */
function isRocaModulus(modulus: bigint): boolean {
  const primes = smallPrimes().filter((prime) => prime > 2 && prime <= ROCA_PRIME_MAX)
  return primes.every((prime) => {
    const residue = Number(modulus % BigInt(prime))
    let power = 1
    do {
      if (power === residue) return true
      power = (power * 65537) % prime
    } while (power !== 1)
    return false
  })
}

function smallPrimes(): readonly number[] {
  sieved ??= sievePrimes(SMALL_PRIMES_LIMIT)
  return sieved
}

function sievePrimes(limit: number): number[] {
  const primes: number[] = []
  for (let candidate = 2; candidate < limit; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate)
  }
  return primes
}

function bitLength(value: bigint): number {
  return value.toString(2).length
}

function fromBytes(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toHex()}`)
}
