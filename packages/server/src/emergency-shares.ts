import {
  constantTimeEqual,
  decodeHex,
  encodeHex,
  encodeUtf8,
  type SecretBytes,
} from '@claviger/bytes'
import { type EmergencyShares, KeeperError, type ShareLock } from '@claviger/core'
import { hash, randomBytes } from '@claviger/crypto'
import type { LockedBytes, LockedMemory } from './custody/software/locked-memory.ts'
import { ShareCollection } from './seal/shamir/share-collection.ts'
import { assertShareCounts, badShare, createShares, readShare } from './seal/shamir/share-set.ts'

const SET_BYTES = 8
const LABEL = encodeUtf8('claviger/break-glass/v1')

/** Shares in the format of the seal's (docs/spec/share.md), with a set of their own: neither opens the other. */
export function createEmergencyShares(memory: LockedMemory): EmergencyShares {
  return {
    make: async (shares, threshold, before) => {
      assertShareCounts(shares, threshold)
      const set = before?.set ?? encodeHex(randomBytes(SET_BYTES))
      const facts = { set, generation: (before?.generation ?? 0) + 1, shares, threshold }
      const { key, shares: texts, commitments } = await createShares(facts, memory)
      try {
        return { shares: texts, lock: { ...facts, commitments, verifier: verifierOf(key) } }
      } finally {
        key.free()
      }
    },
    assertOpens: async (lock, texts) => {
      const given = new ShareCollection(memory)
      try {
        for (const text of texts) add(given, text, lock)
        if (given.indexes.length < lock.threshold) throw tooFew(lock, given.indexes)
        const key = await given.combine()
        const opens = constantTimeEqual(decodeHex(lock.verifier), decodeHex(verifierOf(key)))
        key.free()
        if (!opens) throw new KeeperError('invalid-input', 'the shares do not fit together')
        return given.indexes
      } finally {
        given.wipe()
      }
    },
  }
}

/** Every share must be good, those beyond the threshold too: what is wrong with one is worth knowing. */
function add(given: ShareCollection, text: SecretBytes, lock: ShareLock): void {
  const { set, generation, shares, threshold, commitments } = lock
  const seal = { kind: 'shamir', generation, roots: [], shares, threshold, commitments } as const
  const { check, share } = readShare(text, { set, seal, pending: undefined })
  if (share === undefined) {
    throw renamed(badShare(check.problem ?? 'mistyped', check))
  }
  given.add(share, check)
}

const MESSAGES: Readonly<Record<string, string>> = {
  foreign: 'the share belongs to another credential, or to a seal',
  stale: 'the share was replaced when the credential was made anew; use the one given out then',
}

function renamed(error: KeeperError): KeeperError {
  const message = MESSAGES[String(error.details['problem'])]
  if (message === undefined) return error
  return new KeeperError('invalid-input', message, { details: error.details })
}

function tooFew({ threshold }: ShareLock, indexes: readonly number[]): KeeperError {
  const given = indexes.length
  return new KeeperError('invalid-input', `${threshold} shares open it, and ${given} were given`, {
    details: { problem: 'too-few', given, threshold },
  })
}

function verifierOf(key: LockedBytes): string {
  const message = new Uint8Array(LABEL.length + key.bytes.length)
  message.set(LABEL)
  message.set(key.bytes, LABEL.length)
  const digest = hash('sha256', message).toHex()
  message.fill(0)
  return digest
}
