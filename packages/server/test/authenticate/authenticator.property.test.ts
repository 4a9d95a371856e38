import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isKeeperError,
  type Principal,
  type Role,
  ROLES,
  rolesInForce,
  type Token,
} from '@claviger/core'
import fc from 'fast-check'
import { Keep, samplePrincipal } from './sample-principals.ts'

const PRINCIPALS = 3
const TOKENS = 6

type Step =
  | { readonly kind: 'use'; readonly token: number }
  | { readonly kind: 'revoke'; readonly token: number }
  | { readonly kind: 'roles'; readonly principal: number; readonly roles: readonly Role[] }
  | { readonly kind: 'disable'; readonly principal: number; readonly disabled: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'clear' }

const token = fc.nat(TOKENS - 1)
const principal = fc.nat(PRINCIPALS - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('use' as const), token }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), token }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('roles' as const),
      principal,
      roles: fc.subarray([...ROLES]),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('disable' as const),
      principal,
      disabled: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(20_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const) }) },
)

interface World {
  readonly keep: Keep
  readonly principals: Principal[]
  readonly tokens: { readonly secret: string; readonly token: Token }[]
  readonly revoked: Set<number>
}

async function world(): Promise<World> {
  const keep = await Keep.open({ failuresMax: 1_000_000, sessionsMax: 4 })
  const principals: Principal[] = []
  for (let index = 0; index < PRINCIPALS; index++) {
    principals.push(await keep.putPrincipal(samplePrincipal(index + 1)))
  }
  const tokens = []
  for (let index = 0; index < TOKENS; index++) {
    const owner = principals[index % PRINCIPALS] as Principal
    tokens.push(await keep.putToken(owner, { expiresAt: keep.clock.at + 30_000 + index }))
  }
  return { keep, principals, tokens, revoked: new Set() }
}

/** What the session must be, from the model alone. */
async function use({ keep, principals, tokens, revoked }: World, index: number): Promise<void> {
  const { secret, token: record } = tokens[index] as World['tokens'][number]
  const owner = principals[index % PRINCIPALS] as Principal
  const good = !revoked.has(index) && !owner.disabled && record.expiresAt > keep.clock.at
  try {
    const session = await keep.authenticator.bySecret(secret)
    assert.ok(good, 'a session that should not be')
    assert.deepEqual(session.roles, rolesInForce(owner.roles))
    assert.equal(keep.authenticator.bySecret(secret), session)
  } catch (error) {
    if (!isKeeperError(error)) throw error
    assert.equal(error.code, 'unauthenticated')
    assert.ok(!good, 'a session that should be')
  }
}

async function change(state: World, change: Step): Promise<void> {
  const { keep, principals, tokens, revoked } = state
  switch (change.kind) {
    case 'use':
      return use(state, change.token)
    case 'revoke':
      await keep.revoke((tokens[change.token] as World['tokens'][number]).token)
      return void revoked.add(change.token)
    case 'roles':
    case 'disable': {
      const { kind: _kind, principal: index, ...changes } = change
      const before = principals[index] as Principal
      principals[index] = await keep.putPrincipal({ ...before, ...changes })
      return
    }
    case 'wait':
      keep.clock.at += change.ms
      return
    case 'clear':
      return keep.authenticator.clear()
  }
}

test('a session is what its token and principal are now, in any order of uses and changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const state = await world()
      for (const one of steps) await change(state, one)
      for (let index = 0; index < TOKENS; index++) await use(state, index)
    }),
  )
})

test('uses that overlap with changes never keep what the changes ended', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(step, { maxLength: 20 }), async (s, steps) => {
      const state = await world()
      const changes = steps.filter(({ kind }) => kind !== 'use')
      const uses = steps.flatMap((one) => (one.kind === 'use' ? [one.token] : []))
      for (const index of uses) {
        const { secret } = state.tokens[index] as World['tokens'][number]
        s.schedule(Promise.resolve())
          .then(() => state.keep.authenticator.bySecret(secret))
          .catch(() => {})
      }
      const changed = s.scheduleSequence(
        changes.map((one) => ({ builder: () => change(state, one), label: one.kind })),
      )
      await s.waitIdle()
      assert.equal((await changed.task).faulty, false)
      for (let index = 0; index < TOKENS; index++) await use(state, index)
    }),
    { numRuns: 50 },
  )
})
