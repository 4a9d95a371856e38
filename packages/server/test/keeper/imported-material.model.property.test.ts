import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUtf8 } from '@claviger/bytes'
import {
  awaitedVersions,
  cancelDestroyKey,
  createKey,
  DAY_MS,
  decrypt,
  deleteMaterial,
  destroyKey,
  encrypt,
  type Encrypted,
  importVersion,
  isKeeperError,
  keyHistory,
  resumeKey,
  rotateKey,
  Scheduler,
  suspendKey,
} from '@claviger/core'
import fc from 'fast-check'
import { makeWorld, T0, type World } from './world.ts'

/*
 * Random sequences of imports, deletions, expiries, rotations and moves. The judge remembers which material
 * was brought to which version and until when, and nothing else: a use works exactly where the material is
 * there and the state allows it.
 */

const TEXT = encodeUtf8('attack at dawn')
const MATERIALS = [1, 2, 3, 4].map((byte) => new Uint8Array(32).fill(byte))

type Step =
  | {
      readonly act: 'import'
      readonly which: number
      readonly days: number
      readonly more: boolean
    }
  | { readonly act: 'delete'; readonly version: number }
  | { readonly act: 'destroy-version'; readonly version: number }
  | {
      readonly act: 'delete-all' | 'rotate' | 'suspend' | 'resume' | 'destroy' | 'cancel' | 'sweep'
    }
  | { readonly act: 'wait'; readonly days: number }

const version = fc.integer({ min: 1, max: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('import' as const),
      which: fc.nat({ max: MATERIALS.length - 1 }),
      days: fc.constantFrom(0, 0, 2, 5),
      more: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom('delete-all', 'rotate', 'suspend', 'resume', 'cancel', 'sweep'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('destroy' as const) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('delete' as const), version }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('destroy-version' as const), version }) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant('wait' as const), days: fc.nat({ max: 4 }) }),
  },
)

/** What was brought to a version, and from when on it is gone. */
interface Brought {
  readonly which: number
  until: number
}

class Judge {
  /** By version, from 1. */
  readonly versions: Brought[] = []

  imported(which: number, until: number): void {
    const known = this.versions.find((brought) => brought.which === which)
    if (known !== undefined) known.until = until
    else this.versions.push({ which, until })
  }

  holds(number: number, now: number): boolean {
    return (this.versions[number - 1]?.until ?? Number.NEGATIVE_INFINITY) > now
  }
}

/** A refusal is an answer; anything else is a fault. */
async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isKeeperError(error)) return undefined
    throw error
  }
}

async function apply(world: World, judge: Judge, next: Step): Promise<void> {
  const key = 'k'
  switch (next.act) {
    case 'import':
      return bring(world, judge, next)
    case 'delete':
      return remove(world, judge, next.version)
    case 'delete-all':
      return remove(world, judge)
    case 'rotate':
      return void (await attempt(world.run(rotateKey, { key, pending: true })))
    case 'suspend':
      return void (await attempt(world.run(suspendKey, { key, reason: 'test' })))
    case 'resume':
      return void (await attempt(world.run(resumeKey, { key })))
    case 'destroy':
      return void (await attempt(world.run(destroyKey, { key, windowDays: 3 })))
    case 'destroy-version': {
      const one = { key, version: next.version, windowDays: 0 }
      return void (await attempt(world.run(destroyKey, one)))
    }
    case 'cancel':
      return void (await attempt(world.run(cancelDestroyKey, { key })))
    case 'sweep':
      return void (await new Scheduler(world.keeper, world.ports, assert.fail as never).sweep())
    case 'wait':
      world.clock.set(world.clock.now() + next.days * DAY_MS)
  }
}

async function bring(
  world: World,
  judge: Judge,
  { which, days, more: pending }: Step & { act: 'import' },
): Promise<void> {
  const data = new Uint8Array(MATERIALS[which] ?? [])
  const expiry = days === 0 ? {} : { materialUntil: world.clock.now() + days * DAY_MS }
  const input = { key: 'k', material: { format: 'raw' as const, data }, pending, ...expiry }
  if ((await attempt(world.run(importVersion, input))) === undefined) return
  judge.imported(which, expiry.materialUntil ?? Number.POSITIVE_INFINITY)
}

/** One version's material, or all. */
async function remove(world: World, judge: Judge, only?: number): Promise<void> {
  const input = { key: 'k', ...(only !== undefined && { version: only }) }
  if ((await attempt(world.run(deleteMaterial, input))) === undefined) return
  for (const [index, brought] of judge.versions.entries()) {
    const isMeant = only === undefined || only === index + 1
    if (isMeant) brought.until = Math.min(brought.until, world.clock.now())
  }
}

async function examine(world: World, judge: Judge, sealed: Encrypted[]): Promise<void> {
  const now = world.clock.now()
  const { key, versions } = await world.run(keyHistory, { key: 'k' })
  const living = versions.filter(({ effectiveState }) => effectiveState !== 'destroyed')
  if (key.destroyAt === undefined || key.destroyAt > now) {
    const lacking = living.filter((one) => !judge.holds(one.version, now))
    assert.deepEqual(
      awaitedVersions(key, now, { pending: true }),
      lacking.map((one) => one.version),
      'the key says which of its versions are without material',
    )
  }
  for (const one of living) {
    if (judge.holds(one.version, now)) assert.ok(one.hasMaterial, `version ${one.version} has it`)
  }
  const leading = versions.find((one) => one.version === key.currentVersion)
  const made = await attempt(world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] }))
  const may = leading?.effectiveState === 'active' && judge.holds(key.currentVersion, now)
  assert.equal(made !== undefined, may, `protect in ${leading?.effectiveState}`)
  if (made !== undefined) sealed.push(made)
  for (const one of sealed) {
    const state = versions[one.version - 1]?.effectiveState
    const items = [{ key: key.id, ...one }]
    const read = await attempt(world.data(decrypt, { key: 'k', items }))
    const mayRead = (state === 'active' || state === 'deactivated') && judge.holds(one.version, now)
    assert.equal(read !== undefined, mayRead, `process in ${state}`)
    // No other material has taken its place: what opens is what was protected.
    if (read !== undefined) assert.deepEqual(new Uint8Array(read.plaintext), TEXT)
  }
}

const RUNS = Number(process.env['CLAVIGER_MODEL_RUNS'] ?? 200)

test('imported material is of use exactly while it is there, whatever happens to its key', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const world = makeWorld()
      const cryptoperiod = { protectDays: 'unlimited' } as const
      await world.run(createKey, { name: 'k', spec: 'aes-256', material: 'awaited', cryptoperiod })
      const judge = new Judge()
      const sealed: Encrypted[] = []
      for (const next of steps) {
        await apply(world, judge, next)
        await examine(world, judge, sealed)
      }
      assert.ok(world.clock.now() >= T0)
    }),
    { numRuns: RUNS },
  )
})
