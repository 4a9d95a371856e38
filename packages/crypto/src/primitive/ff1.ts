// FF1 format-preserving encryption (SP 800-38G), @noble/ciphers': OpenSSL has none. FF3 is not offered; NIST
// withdrew it.
import { invalidInput, invalidKey } from '../error.ts'
import { noble } from '../noble.ts'

export type Ff1Options = { readonly radix: number; readonly tweak: Uint8Array }

// The standard's is 2^16; the library stops one short of it.
const RADIX_MAX = 2 ** 16 - 1
const DIGITS_MAX = 4096
// SP 800-38G revision 1 (second draft, 2025) §5.2: a domain below a million is too small to hide in.
const DOMAIN_MIN = 1_000_000

/** `digits` are numerals below the radix; as many come back. */
export function encryptFf1(
  key: Uint8Array,
  digits: readonly number[],
  options: Ff1Options,
): number[] {
  assertRequest(key, digits, options)
  return noble
    .ff1()
    .FF1(options.radix, key, options.tweak)
    .encrypt([...digits])
}

export function decryptFf1(
  key: Uint8Array,
  digits: readonly number[],
  options: Ff1Options,
): number[] {
  assertRequest(key, digits, options)
  return noble
    .ff1()
    .FF1(options.radix, key, options.tweak)
    .decrypt([...digits])
}

function assertRequest(key: Uint8Array, digits: readonly number[], { radix }: Ff1Options): void {
  if (key.length !== 16 && key.length !== 24 && key.length !== 32) {
    throw invalidKey('key is not an AES key')
  }
  if (!Number.isSafeInteger(radix) || radix < 2 || radix > RADIX_MAX) {
    throw invalidInput('radix is out of range')
  }
  if (digits.length < 2 || digits.length > DIGITS_MAX || radix ** digits.length < DOMAIN_MIN) {
    throw invalidInput('domain has fewer than a million values, or is too long')
  }
  for (const digit of digits) {
    if (!Number.isSafeInteger(digit) || digit < 0 || digit >= radix) {
      throw invalidInput('digit is not below the radix')
    }
  }
}
