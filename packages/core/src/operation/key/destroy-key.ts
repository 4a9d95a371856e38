import { DAY_MS } from '../../clock.ts'
import { KeeperError } from '../../error.ts'
import { move } from '../../key/lifecycle.ts'
import type { KeyRef } from '../key-cache.ts'
import type { Change, ManagementOperation, ManagementScope } from '../management-operation.ts'
import { changeKey, type DescribedKey, type Moved, settledVersions } from './described-key.ts'

export const DESTROY_WINDOW_DAYS_DEFAULT = 30
export const DESTROY_WINDOW_DAYS_MAX = 3_650

export interface DestroyKeyInput {
  readonly key: KeyRef
  /** Days in which it can still be cancelled; 0 destroys at once. */
  readonly windowDays?: number
  readonly reason?: string
  /** One version, at once: `windowDays` must then be 0. */
  readonly version?: number
}

/**
 * Destroys a key's material and keeps its metadata (SP 800-57 pt1 §7.6), at once or after a window in
 * which the key is suspended, so that whoever still needs it notices while it can be brought back.
 */
export const destroyKey: ManagementOperation<'key', DestroyKeyInput, DescribedKey> = {
  action: 'key.destroy',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope, input) => {
    const windowDays = input.windowDays ?? DESTROY_WINDOW_DAYS_DEFAULT
    if (
      !Number.isSafeInteger(windowDays) ||
      windowDays < 0 ||
      windowDays > DESTROY_WINDOW_DAYS_MAX
    ) {
      throw new KeeperError(
        'invalid-input',
        `the window has 0 to ${DESTROY_WINDOW_DAYS_MAX} whole days`,
      )
    }
    if (scope.subject.key.state === 'destroyed') {
      throw new KeeperError('wrong-state', `key \`${scope.subject.key.name}\` is destroyed already`)
    }
    if (windowDays === 0) return destroyNow(scope, input)
    if (input.version !== undefined) {
      throw new KeeperError(
        'invalid-input',
        'a single version is destroyed at once; set the window to 0',
      )
    }
    return schedule(scope, input, scope.now + windowDays * DAY_MS)
  },
}

async function destroyNow(
  scope: ManagementScope<'key'>,
  input: DestroyKeyInput,
): Promise<Change<DescribedKey>> {
  const { destroyAt: _cancelled, ...key } = scope.subject.key
  const change = { at: scope.now, by: scope.session.principal, reason: input.reason ?? 'destroyed' }
  const moved: Moved[] = []
  let destroyed = 0
  for (const { stored, version } of await settledVersions(scope)) {
    const wanted = input.version === undefined || version.version === input.version
    const gone =
      version.state === 'destroyed' && (version.publicState ?? 'destroyed') === 'destroyed'
    if (!wanted || gone) moved.push({ stored, version })
    else {
      moved.push({ stored, version: move(key, version, 'destroyed', change) })
      destroyed++
    }
  }
  if (destroyed === 0) throw new KeeperError('wrong-state', 'there is nothing left to destroy')
  return changeKey(scope, input.version === undefined ? key : scope.subject.key, moved)
}

async function schedule(
  scope: ManagementScope<'key'>,
  input: DestroyKeyInput,
  destroyAt: number,
): Promise<Change<DescribedKey>> {
  const { key } = scope.subject
  if (key.destroyAt !== undefined) {
    throw new KeeperError(
      'wrong-state',
      `key \`${key.name}\` is to be destroyed already; cancel that first`,
    )
  }
  const reason = input.reason ?? 'destruction scheduled'
  const change = { at: scope.now, by: scope.session.principal, reason }
  const moved: Moved[] = []
  for (const { stored, version } of await settledVersions(scope)) {
    const active = version.state === 'active'
    moved.push({ stored, version: active ? move(key, version, 'suspended', change) : version })
  }
  const suspension = key.suspension ?? { at: scope.now, reason }
  return changeKey(scope, { ...key, suspension, destroyAt }, moved, { destroyAt })
}
