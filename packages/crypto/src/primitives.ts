// LOW LEVEL. Exported as `@claviger/crypto/primitives`: algorithms and parameters that stored keys are not used
// with, for codecs that meet them in foreign formats and for the published vectors. Nothing here consults the
// mechanism table or the self-tests.
import { checkPrimeSync, getCurves } from 'node:crypto'

export { openAead, sealAead } from './primitive/aead.ts'
export { decryptBlocks, encryptBlocks } from './primitive/block-cipher.ts'
export {
  cmacPrf,
  type CounterPlace,
  hkdf,
  hkdfExpand,
  hmacPrf,
  kbkdfCounter,
  oneStepHash,
  oneStepHmac,
} from './primitive/derive.ts'
export { decryptFf1, encryptFf1 } from './primitive/ff1.ts'
export { unwrapKw, unwrapKwp, wrapKw, wrapKwp } from './primitive/key-wrap.ts'
export { cmac, gmac, hmac, kmac } from './primitive/mac.ts'
export { openSiv, sealSiv } from './primitive/siv.ts'
export { openXChaCha20, sealXChaCha20 } from './primitive/xchacha.ts'
export { verifyPss } from './primitive/verify-pss.ts'

/** Whether `value`, a big-endian integer, is prime, but for an error of at most 2^-64. */
export function isPrime(value: bigint): boolean {
  return value > 1n && checkPrimeSync(value)
}

/** The curves OpenSSL knows by name. */
export function curveNames(): readonly string[] {
  return getCurves()
}
