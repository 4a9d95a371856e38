import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUtf8 } from '@claviger/bytes'
import {
  activateKey,
  cancelDestroyKey,
  createKey,
  DAY_MS,
  deactivateKey,
  decrypt,
  destroyKey,
  encrypt,
  type Encrypted,
  isKeeperError,
  type KeyHistory,
  keyHistory,
  type KeyState,
  resumeKey,
  revokeKey,
  rotateKey,
  Scheduler,
  sign,
  type Signed,
  suspendKey,
  verify,
} from '@claviger/core'
import fc from 'fast-check'
import { makeWorld, T0, type World } from './world.ts'

/*
 * Random sequences of calls through the one way in, with the clock moved about and the scheduler run or
 * not. The judge below is written from SP 800-57 pt1 rev5 figure 5 and knows nothing of our tables.
 */

const TEXT = encodeUtf8('attack at dawn')

/** Figure 5 edges, by hand. */
const EDGES = new Set([
  'none>pre-active',
  'pre-active>active',
  'pre-active>destroyed',
  'pre-active>compromised',
  'active>suspended',
  'active>deactivated',
  'active>compromised',
  'active>destroyed',
  'suspended>active',
  'suspended>deactivated',
  'suspended>compromised',
  'suspended>destroyed',
  'deactivated>compromised',
  'deactivated>destroyed',
  'compromised>destroyed',
])
const PROTECTING: readonly KeyState[] = ['active']
const READING: readonly KeyState[] = ['active', 'deactivated']

type Step =
  | { readonly act: 'activate' | 'rotate' | 'suspend' | 'resume' | 'cancel' | 'sweep' | 'use' }
  | { readonly act: 'deactivate'; readonly version: number }
  | { readonly act: 'revoke'; readonly compromise: boolean }
  | { readonly act: 'destroy'; readonly windowDays: number }
  | { readonly act: 'wait'; readonly days: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constantFrom('activate', 'rotate', 'suspend', 'resume', 'cancel', 'sweep', 'use'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('deactivate' as const),
      version: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('revoke' as const), compromise: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('destroy' as const),
      windowDays: fc.constantFrom(0, 0, 3, 30),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('wait' as const),
      days: fc.integer({ min: 0, max: 12 }),
    }),
  },
)

/** A refusal is an answer; anything else is a fault. */
async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isKeeperError(error)) return undefined
    throw error
  }
}

async function apply(world: World, next: Step): Promise<void> {
  const key = 'k'
  switch (next.act) {
    case 'activate':
      return void (await attempt(world.run(activateKey, { key })))
    case 'rotate':
      return void (await attempt(world.run(rotateKey, { key })))
    case 'suspend':
      return void (await attempt(world.run(suspendKey, { key, reason: 'test' })))
    case 'resume':
      return void (await attempt(world.run(resumeKey, { key })))
    case 'cancel':
      return void (await attempt(world.run(cancelDestroyKey, { key })))
    case 'deactivate':
      return void (await attempt(world.run(deactivateKey, { key, version: next.version })))
    case 'revoke': {
      const reason = next.compromise ? 'key-compromise' : 'superseded'
      return void (await attempt(world.run(revokeKey, { key, reason })))
    }
    case 'destroy':
      return void (await attempt(world.run(destroyKey, { key, windowDays: next.windowDays })))
    case 'wait':
      world.clock.set(world.clock.now() + next.days * DAY_MS)
      return undefined
    case 'sweep':
      return void (await new Scheduler(world.keeper, world.ports, assert.fail as never).sweep())
    case 'use':
      return undefined
  }
}

/** Every edge in every history is one of figure 5, in the order of time, and nothing comes back. */
function assertHistory({ versions }: KeyHistory): void {
  for (const version of versions) {
    const state = { private: 'none', public: 'none' }
    let last = 0
    for (const { from, to, at, half } of version.history) {
      assert.ok(EDGES.has(`${from}>${to}`), `${from} > ${to}`)
      assert.ok(at >= last)
      last = at
      for (const side of half === undefined ? (['private', 'public'] as const) : [half]) {
        if (version.publicState === undefined || half !== undefined || state[side] !== 'destroyed')
          state[side] = to
      }
    }
    assert.equal(version.hasMaterial, version.state !== 'destroyed')
  }
}

async function useSymmetric(world: World, history: KeyHistory, sealed: Encrypted[]): Promise<void> {
  const made = await attempt(world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] }))
  const leading = history.versions.find(({ version }) => version === history.key.currentVersion)
  const may = leading !== undefined && PROTECTING.includes(leading.effectiveState)
  assert.equal(made !== undefined, may, `protect in ${leading?.effectiveState}`)
  if (made !== undefined) sealed.push(made)
  for (const one of sealed) {
    const items = [{ key: history.key.id, ...one }]
    const read = await attempt(world.data(decrypt, { key: 'k', items }))
    const version = history.versions[one.version - 1]
    const over = (version?.processUntil ?? Number.POSITIVE_INFINITY) <= world.clock.now()
    const mayRead = version !== undefined && READING.includes(version.effectiveState) && !over
    assert.equal(read !== undefined, mayRead, `process in ${version?.effectiveState}`)
    const risky = await attempt(world.data(decrypt, { key: 'k', items, acknowledgeRisk: true }))
    if (version?.effectiveState === 'destroyed') assert.equal(risky, undefined)
  }
}

async function useSignature(world: World, history: KeyHistory, made: Signed[]): Promise<void> {
  const signed = await attempt(
    world.data(sign, { key: 'k', items: [{ message: TEXT, options: {} }] }),
  )
  const leading = history.versions.find(({ version }) => version === history.key.currentVersion)
  assert.equal(
    signed !== undefined,
    leading?.effectiveState === 'active',
    `sign in ${leading?.effectiveState}`,
  )
  if (signed !== undefined) made.push(signed)
  for (const one of made) {
    const item = { message: TEXT, options: {}, signature: one.signature, version: one.version }
    const checked = await attempt(world.data(verify, { key: 'k', items: [item] }))
    const version = history.versions[one.version - 1]
    if (checked !== undefined) assert.equal(checked.valid, true)
    // The public half outlives the private one, but not its own destruction.
    if (version?.publicState === 'destroyed') assert.equal(checked, undefined)
  }
}

const RUNS = Number(process.env['CLAVIGER_MODEL_RUNS'] ?? 200)

for (const [spec, use] of [
  ['aes-256', useSymmetric],
  ['ed25519', useSignature],
] as const) {
  test(`no sequence of calls takes ${spec} over a forbidden edge`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 25 }), async (activate, steps) => {
        const world = makeWorld()
        const cryptoperiod = { protectDays: 10, processDays: 20 }
        await world.run(createKey, {
          name: 'k',
          spec,
          activate,
          ...(spec === 'aes-256' ? { cryptoperiod } : { cryptoperiod: { protectDays: 10 } }),
        })
        const made: never[] = []
        let before: KeyHistory | undefined
        for (const next of steps) {
          await apply(world, next)
          const history = await world.run(keyHistory, { key: 'k' })
          assertHistory(history)
          assertContinues(before, history)
          await use(world, history, made)
          before = history
        }
        assert.ok(world.clock.now() >= T0)
      }),
      { numRuns: RUNS },
    )
  })
}

/** What was once written of a version stays: histories only grow, destroyed stays destroyed. */
function assertContinues(before: KeyHistory | undefined, after: KeyHistory): void {
  for (const [index, old] of (before?.versions ?? []).entries()) {
    const now = after.versions[index]
    assert.deepEqual(now?.history.slice(0, old.history.length), old.history)
    if (old.state === 'destroyed') assert.equal(now?.state, 'destroyed')
    if (old.compromise !== undefined) assert.deepEqual(now?.compromise, old.compromise)
  }
}
