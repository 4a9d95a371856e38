import { constantTimeEqual, decodeHex, encodeUtf8, SecretBytes } from '@claviger/bytes'
import { KeeperError, type ShareCheck, type ShareProblem } from '@claviger/core'
import { hash } from '@claviger/crypto'
import { decodeShare, EnvelopeError, encodeShare, type Share } from '@claviger/envelope'
import { combine, split } from 'shamir-secret-sharing'
import { freshKey } from '../../custody/software/keyring.ts'
import type { LockedBytes, LockedMemory } from '../../custody/software/locked-memory.ts'
import type { ShamirRecord } from '../seal-record.ts'

const LABEL = encodeUtf8('claviger/share-commitment/v1')
const decoder = new TextDecoder('latin1')

export interface NewShares {
  readonly key: LockedBytes
  readonly shares: readonly SecretBytes[]
  readonly commitments: readonly string[]
}

export function assertShareCounts(shares: number, threshold: number): void {
  const isSound =
    Number.isSafeInteger(shares) &&
    Number.isSafeInteger(threshold) &&
    threshold >= 2 &&
    threshold <= shares &&
    shares <= 255
  if (isSound) return
  throw new KeeperError(
    'invalid-input',
    'make 2 to 255 shares, with a threshold from 2 to their number',
  )
}

/** A fresh key, split over GF(2^8) by Shamir's scheme into shares that name themselves. */
export async function createShares(
  facts: { set: string; generation: number; shares: number; threshold: number },
  memory: LockedMemory,
): Promise<NewShares> {
  const key = memory.take(freshKey())
  try {
    const payloads = await split(key.bytes, facts.shares, facts.threshold)
    const texts: SecretBytes[] = []
    const commitments: string[] = []
    payloads.forEach((payload, place) => {
      const share: Share = { ...facts, index: place + 1, payload }
      texts.push(new SecretBytes(encodeUtf8(encodeShare(share))))
      commitments.push(commitmentOf(share))
      payload.fill(0)
    })
    return { key, shares: texts, commitments }
  } catch (error) {
    key.free()
    throw error
  }
}

/** The key of a threshold of shares that were each found good. */
export async function combineShares(
  payloads: readonly LockedBytes[],
  memory: LockedMemory,
): Promise<LockedBytes> {
  return memory.take(await combine(payloads.map((payload) => payload.bytes)))
}

/**
 * `SHA-256("claviger/share-commitment/v1" || set(8) || index(1) || shares(1) || threshold(1) ||
 * generation(4) || payload(33))`. A share is 256 uniformly random bits, so its digest reveals nothing.
 */
function commitmentOf({ set, index, shares, threshold, generation, payload }: Share): string {
  const message = new Uint8Array(LABEL.length + 15 + payload.length)
  message.set(LABEL)
  message.set(decodeHex(set), LABEL.length)
  message.set([index, shares, threshold], LABEL.length + 8)
  new DataView(message.buffer).setUint32(LABEL.length + 11, generation)
  message.set(payload, LABEL.length + 15)
  const digest = hash('sha256', message).toHex()
  message.fill(0)
  return digest
}

/** A seal that shares may belong to. */
export interface ShareSeal {
  readonly set: string
  readonly seal: ShamirRecord | undefined
  readonly pending: ShamirRecord | undefined
}

export type ReadShare =
  | { readonly check: ShareCheck; readonly share: Share }
  | { readonly check: ShareCheck; readonly share?: undefined }

/** Reads and judges a share: typing first, then what it belongs to, then whether it was altered. */
export function readShare(text: SecretBytes, against: ShareSeal): ReadShare {
  let share: Share
  try {
    share = decodeShare(decoder.decode(text.exposeBytes()))
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error
    return { check: { valid: false, problem: 'mistyped' } }
  }
  const { set, index, shares, threshold, generation } = share
  const facts = { set, index, shares, threshold, generation }
  const problem = problemOf(share, against)
  if (problem === undefined) return { check: { valid: true, ...facts }, share }
  if (problem !== 'not-yet-confirmed') share.payload.fill(0)
  const check = { valid: false, problem, ...facts }
  return problem === 'not-yet-confirmed' ? { check, share } : { check }
}

function problemOf(share: Share, { set, seal, pending }: ShareSeal): ShareProblem | undefined {
  if (share.set !== set) return 'foreign'
  const isPending = pending !== undefined && share.generation === pending.generation
  const record = isPending ? pending : seal
  if (record === undefined || share.generation !== record.generation) return 'stale'
  const commitment = record.commitments[share.index - 1]
  const isIntact =
    commitment !== undefined &&
    constantTimeEqual(decodeHex(commitment), decodeHex(commitmentOf(share)))
  if (!isIntact) return 'corrupted'
  return isPending ? 'not-yet-confirmed' : undefined
}

const MESSAGES: Readonly<Record<ShareProblem, string>> = {
  mistyped: 'the share has a typing mistake; compare it with the original',
  foreign: 'the share belongs to another keeper',
  stale: 'the share was replaced by a later rekey; use the one given out then',
  'not-yet-confirmed': 'the share takes force when the rekey is confirmed; use the present one',
  corrupted: 'the share was altered; it is not one that was given out',
  duplicate: 'the share was given already; give another one',
}

/** The error that names what is wrong with a share. */
export function badShare(problem: ShareProblem, check: ShareCheck): KeeperError {
  const { set, index, generation } = check
  return new KeeperError('invalid-input', MESSAGES[problem], {
    details: {
      problem,
      ...(set !== undefined && { set }),
      ...(index !== undefined && { index }),
      ...(generation !== undefined && { generation }),
    },
  })
}
