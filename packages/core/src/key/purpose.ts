/**
 * One key, one purpose (SP 800-57 pt1 §5.2). A purpose admits a pair of usages: one protects, the other
 * processes what was protected.
 */
export const PURPOSES = [
  'encrypt',
  'sign',
  'mac',
  'wrap',
  'derive',
  'agree',
  'encapsulate',
] as const
export type Purpose = (typeof PURPOSES)[number]

/** What a single call does with a key. */
export const USAGES = [
  'encrypt',
  'decrypt',
  'sign',
  'verify',
  'mac',
  'verify-mac',
  'wrap',
  'unwrap',
  'derive',
  'agree',
  'encapsulate',
  'decapsulate',
] as const
export type Usage = (typeof USAGES)[number]

/** SP 800-57 pt1 §7: to apply protection, or to process what was protected earlier. */
export type Direction = 'protect' | 'process'

export const DIRECTION: Readonly<Record<Usage, Direction>> = {
  encrypt: 'protect',
  decrypt: 'process',
  sign: 'protect',
  verify: 'process',
  mac: 'protect',
  'verify-mac': 'process',
  wrap: 'protect',
  unwrap: 'process',
  derive: 'protect',
  agree: 'protect',
  encapsulate: 'protect',
  decapsulate: 'process',
}

/** Which half of a pair a usage needs; symmetric keys have only the one. */
export const HALF: Readonly<Record<Usage, 'private' | 'public'>> = {
  encrypt: 'public',
  decrypt: 'private',
  sign: 'private',
  verify: 'public',
  mac: 'private',
  'verify-mac': 'private',
  wrap: 'public',
  unwrap: 'private',
  derive: 'private',
  agree: 'private',
  encapsulate: 'public',
  decapsulate: 'private',
}

/**
 * Documented exceptions to one purpose: an encryption key also wraps (a data key is generated under it),
 * as SP 800-57 pt1 §5.2 lets one algorithm and key protect both data and keys when the strength is that
 * of the strongest thing protected.
 */
export const PURPOSE_USAGES: Readonly<Record<Purpose, readonly Usage[]>> = {
  encrypt: ['encrypt', 'decrypt', 'wrap', 'unwrap'],
  sign: ['sign', 'verify'],
  mac: ['mac', 'verify-mac'],
  wrap: ['wrap', 'unwrap'],
  derive: ['derive'],
  agree: ['agree'],
  encapsulate: ['encapsulate', 'decapsulate'],
}
