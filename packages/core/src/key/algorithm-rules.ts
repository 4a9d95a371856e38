import type { Instant } from '../clock.ts'
import { hashBitsOf, type Mechanism, mechanismFacts } from './mechanism.ts'
import type { Direction } from './purpose.ts'
import { type KeySpec, specFacts } from './spec.ts'

/**
 * SP 800-131A §1.2.2: `deprecated` may be used with the risk accepted, `legacy` only to process what is
 * protected already, `disallowed` not at all.
 */
export const ALGORITHM_STATUSES = ['acceptable', 'deprecated', 'legacy', 'disallowed'] as const
export type AlgorithmStatus = (typeof ALGORITHM_STATUSES)[number]

/** Whose dates count: NIST for everyone, CNSA 2.0 for national security systems on top of it. */
export const ALGORITHM_PROFILES = ['nist', 'cnsa2'] as const
export type AlgorithmProfile = (typeof ALGORITHM_PROFILES)[number]

/** From `from` on, what `concerns` holds for has these two statuses, unless another rule is stricter. */
export interface AlgorithmRule {
  /** What the rule is about, in a few words, for reports. */
  readonly about: string
  readonly profiles: readonly AlgorithmProfile[]
  readonly concerns: (spec: KeySpec, mechanism: Mechanism) => boolean
  readonly from: Instant
  readonly protect: AlgorithmStatus
  readonly process: AlgorithmStatus
  readonly source: string
}

const BOTH: readonly AlgorithmProfile[] = ALGORITHM_PROFILES
const CNSA: readonly AlgorithmProfile[] = ['cnsa2']

const R2 = 'SP 800-131A r2'
const R3 = 'SP 800-131A r3 (draft)'
const IR_8547 = 'NIST IR 8547 (draft)'
const CNSA_2 = 'CNSA 2.0'

/** "After 31 December of the year before": in force from the first instant of this date. */
const date = (text: string): Instant => Date.parse(`${text}T00:00:00Z`)
const ALWAYS = 0
const R3_PUBLISHED = date('2024-10-21')

const signs = (mechanism: Mechanism): boolean => mechanismFacts(mechanism).usages.includes('sign')
const isQuantumVulnerable = (spec: KeySpec): boolean =>
  specFacts(spec).form === 'pair' && specFacts(spec).pqCategory === 0
const isBelow128 = (spec: KeySpec): boolean =>
  isQuantumVulnerable(spec) && specFacts(spec).strength < 128
const isSha1 = (mechanism: Mechanism): boolean => hashBitsOf(mechanism) === 160
const isHash224 = (mechanism: Mechanism): boolean => hashBitsOf(mechanism) === 224

const NIST_RULES: readonly AlgorithmRule[] = [
  {
    about: 'SHA-1 in signatures',
    profiles: BOTH,
    concerns: (_spec, mechanism) => isSha1(mechanism) && signs(mechanism),
    from: date('2014-01-01'),
    protect: 'disallowed',
    process: 'legacy',
    source: `${R2} §3`,
  },
  {
    about: 'RSA PKCS#1 v1.5 encryption',
    profiles: BOTH,
    concerns: (_spec, mechanism) => mechanism === 'rsa-pkcs1',
    from: date('2024-01-01'),
    protect: 'disallowed',
    process: 'legacy',
    source: `${R2} §6`,
  },
  {
    about: 'ECB as a mode of confidentiality',
    profiles: BOTH,
    concerns: (_spec, mechanism) => mechanism === 'aes-ecb',
    from: R3_PUBLISHED,
    protect: 'disallowed',
    process: 'legacy',
    source: R3,
  },
  {
    about: 'SHA-1 and the 224-bit hashes',
    profiles: BOTH,
    concerns: (_spec, mechanism) => isSha1(mechanism) || isHash224(mechanism),
    from: R3_PUBLISHED,
    protect: 'deprecated',
    process: 'deprecated',
    source: R3,
  },
  {
    about: 'SHA-1 and the 224-bit hashes',
    profiles: BOTH,
    concerns: (_spec, mechanism) => isSha1(mechanism) || isHash224(mechanism),
    from: date('2031-01-01'),
    protect: 'disallowed',
    process: 'legacy',
    source: R3,
  },
  {
    about: 'quantum-vulnerable pairs below 128 bits of strength',
    profiles: BOTH,
    concerns: isBelow128,
    from: date('2031-01-01'),
    protect: 'deprecated',
    process: 'deprecated',
    source: `${R3}, ${IR_8547}`,
  },
  {
    about: 'every quantum-vulnerable pair',
    profiles: BOTH,
    concerns: isQuantumVulnerable,
    from: date('2036-01-01'),
    protect: 'disallowed',
    process: 'legacy',
    source: IR_8547,
  },
]

/** CNSA 2.0: AES-256, SHA-384 and SHA-512, ML-KEM-1024, ML-DSA-87. Not SLH-DSA, not a lesser ML set. */
function isCnsa2(spec: KeySpec, mechanism: Mechanism): boolean {
  if (spec === 'ml-kem-1024' || spec === 'ml-dsa-87') return true
  if (spec === 'aes-256' || spec === 'aes-256-xts') return mechanism !== 'aes-gcm-siv'
  if (spec === 'kdk-256' && mechanism === 'kbkdf-cmac') return true
  const { family, bits } = specFacts(spec)
  if (family === 'hmac') return mechanism === 'hmac-sha384' || mechanism === 'hmac-sha512'
  return family === 'kdk' && bits >= 256 && /sha(?:384|512)$/.test(mechanism)
}

/** CNSA 1.0, which national security systems may still run: RSA from 3072 bits, P-384, SHA-384. */
function isCnsa1(spec: KeySpec, mechanism: Mechanism): boolean {
  const hash = hashBitsOf(mechanism)
  const classic = spec === 'ec-p384' || (specFacts(spec).family === 'rsa' && spec !== 'rsa-2048')
  return classic && !mechanism.includes('sha3-') && (hash === undefined || hash >= 384)
}

const CNSA_RULES: readonly AlgorithmRule[] = [
  {
    about: 'what neither CNSA 1.0 nor 2.0 names',
    profiles: CNSA,
    concerns: (spec, mechanism) => !isCnsa2(spec, mechanism) && !isCnsa1(spec, mechanism),
    from: ALWAYS,
    protect: 'disallowed',
    process: 'legacy',
    source: CNSA_2,
  },
  {
    // New acquisitions must comply from this date; what is in use may stay until its class's own date.
    about: 'CNSA 1.0',
    profiles: CNSA,
    concerns: isCnsa1,
    from: date('2027-01-01'),
    protect: 'deprecated',
    process: 'deprecated',
    source: `${CNSA_2}, acquisitions`,
  },
  {
    // The class of servers and cloud services, to which a keeper belongs.
    about: 'CNSA 1.0',
    profiles: CNSA,
    concerns: isCnsa1,
    from: date('2033-01-01'),
    protect: 'disallowed',
    process: 'legacy',
    source: `${CNSA_2}, servers and cloud services`,
  },
]

/** The dated table. Drafts are named as drafts; when they become final, only this file changes. */
export const ALGORITHM_RULES: readonly AlgorithmRule[] = [...NIST_RULES, ...CNSA_RULES]

const UNAPPROVED_FAMILIES: readonly string[] = ['chacha20', 'montgomery', 'x-wing']
const UNAPPROVED_SPECS: readonly KeySpec[] = [
  'ec-secp256k1',
  'ec-brainpool-p256r1',
  'ec-brainpool-p384r1',
  'ec-brainpool-p512r1',
]

/**
 * Whether NIST approves the algorithm at all, dates apart: the approved-mode indicator of FIPS 140-3.
 * What it never approved has no dates and no status of its own: the `nist` profile admits it and says so.
 */
export function isApproved(spec: KeySpec, mechanism: Mechanism): boolean {
  return (
    mechanism !== 'aes-gcm-siv' &&
    !UNAPPROVED_FAMILIES.includes(specFacts(spec).family) &&
    !UNAPPROVED_SPECS.includes(spec)
  )
}

export function statusOf(rule: AlgorithmRule, direction: Direction): AlgorithmStatus {
  return direction === 'protect' ? rule.protect : rule.process
}
