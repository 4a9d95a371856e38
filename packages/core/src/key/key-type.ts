import type { Cryptoperiod } from './key.ts'

/** The 19 key types of SP 800-57 pt1 §5.1.1, and the KEM pair that rev 6 (draft) adds to 10 and 11. */
export const KEY_TYPES = [
  'private-signature',
  'public-signature-verification',
  'symmetric-authentication',
  'private-authentication',
  'public-authentication',
  'symmetric-data-encryption',
  'symmetric-key-wrapping',
  'symmetric-random-number-generation',
  'symmetric-master',
  'private-key-transport',
  'public-key-transport',
  'symmetric-key-agreement',
  'private-static-key-agreement',
  'public-static-key-agreement',
  'private-ephemeral-key-agreement',
  'public-ephemeral-key-agreement',
  'symmetric-authorization',
  'private-authorization',
  'public-authorization',
] as const
export type KeyType = (typeof KEY_TYPES)[number]

/** Placeholder until the tables of this file are written: see `DEFAULT_CRYPTOPERIODS`. */
export type DefaultCryptoperiods = Readonly<Record<KeyType, Cryptoperiod>>
