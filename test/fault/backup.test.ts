import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { generateX25519Identity } from 'age-encryption'
import {
  BackupError,
  type Opening,
  restoreBackup,
  type RestoreOptions,
  verifyBackup,
} from '../../packages/server/src/restore.ts'
import {
  inPieces,
  opening,
  temporaryFolder,
  World,
} from '../../packages/server/test/backup/world.ts'

const CUT_EVERY = 4_096
const FLIPS = 48
const AGE_CHUNK_BYTES = 65_536
/** More than a bundle of the log, and several chunks of age. */
const KEYS = 280

/** A backup as it may arrive. */
interface Arrival {
  readonly name: string
  readonly bytes: Uint8Array
  readonly opening: Opening
  readonly isIntact: boolean
}

/** Where it is to go, and what speaks against that. */
interface Place {
  readonly name: string
  folder(): string
  readonly options: RestoreOptions
  /** The refusal of a backup that is intact; undefined where it is taken. */
  readonly refusal: string | undefined
}

let world: World
let arrivals: readonly Arrival[]
let places: readonly Place[]

before(async () => {
  world = await World.open()
  for (let at = 0; at < KEYS; at++) await world.createKey(`k-${at}`)
  const bytes = await world.backup()
  assert.ok(bytes.length > 4 * AGE_CHUNK_BYTES)
  await world.createKey('later')
  const { note } = await world.keeper.log.checkpoint()
  const other = await World.open()
  arrivals = [...damages(bytes), await unreadable(bytes)]
  const { known } = world
  places = [
    { name: 'empty', folder: temporaryFolder, options: { known }, refusal: undefined },
    { name: 'running', folder: () => world.folder, options: { known }, refusal: 'keeper-runs' },
    {
      name: 'older',
      folder: temporaryFolder,
      options: { known, checkpoints: [note] },
      refusal: 'older',
    },
    {
      name: 'foreign',
      folder: temporaryFolder,
      options: { known: other.known },
      refusal: 'another-keeper',
    },
  ]
})

function damages(bytes: Uint8Array): readonly Arrival[] {
  const found: Arrival[] = [{ name: 'intact', bytes, opening, isIntact: true }]
  const add = (name: string, changed: Uint8Array): void => {
    found.push({ name, bytes: changed, opening, isIntact: false })
  }
  for (let at = 0; at < bytes.length; at += CUT_EVERY) add(`cut at ${at}`, bytes.subarray(0, at))
  add('without its last byte', bytes.subarray(0, -1))
  add('with a byte more', Buffer.concat([bytes, Buffer.of(0)]))
  for (let flip = 0; flip < FLIPS; flip++) {
    // Spread over all of it, header and last byte included.
    const at = Math.round((flip * (bytes.length - 1)) / (FLIPS - 1))
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ (1 << (flip % 8))
    add(`flipped at ${at}`, changed)
  }
  return found
}

async function unreadable(bytes: Uint8Array): Promise<Arrival> {
  const stranger = { identities: [await generateX25519Identity()] }
  return { name: 'to somebody else', bytes, opening: stranger, isIntact: false }
}

async function codeOf(run: Promise<unknown>, what: string): Promise<string | undefined> {
  try {
    await run
    return undefined
  } catch (error) {
    assert.ok(error instanceof BackupError, `${what}: ${String(error)}`)
    return error.code
  }
}

describe('a backup that arrives damaged, or where it must not go', { timeout: 300_000 }, () => {
  test('is taken only whole, and only where it may go', async () => {
    let taken = 0
    for (const arrival of arrivals) {
      for (const place of places) {
        const what = `${arrival.name}, ${place.name}`
        const folder = place.folder()
        const wasThere = existsSync(join(folder, 'data'))
        const { bytes } = arrival
        const restored = restoreBackup(folder, inPieces(bytes), arrival.opening, place.options)
        const code = await codeOf(restored, what)
        if (arrival.isIntact) assert.equal(code, place.refusal, what)
        else assert.notEqual(code, undefined, what)
        if (code === undefined) taken++
        assert.equal(existsSync(join(folder, 'data')), wasThere || code === undefined, what)
        assert.equal(existsSync(join(folder, 'data.restoring')), false, what)
      }
    }
    assert.equal(taken, 1)
  })

  test('does not verify either', async () => {
    for (const { name, bytes, opening, isIntact } of arrivals) {
      const code = await codeOf(verifyBackup(inPieces(bytes), opening, world.known), name)
      assert.equal(code === undefined, isIntact, name)
    }
  })
})
