import { DAY_MS } from '../../clock.ts'
import { KeeperError } from '../../error.ts'
import { assertRotatesItself, parseRotationDays } from '../../key/rotation.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { changeKey, type DescribedKey } from './described-key.ts'

export interface SetRotationInput {
  readonly key: KeyRef
  /** Null: the keeper no longer rotates it by itself. */
  readonly periodDays: number | null
}

/** Has the keeper rotate a key by itself, for the first time a period from now (SP 800-57 pt1 §5.3.5). */
export const setRotation: ManagementOperation<'key', SetRotationInput, DescribedKey> = {
  action: 'key.update',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: (scope, input) => {
    const { rotation, ...key } = scope.subject.key
    if (key.destroyAt !== undefined || key.state === 'destroyed') {
      throw new KeeperError('wrong-state', `key \`${key.name}\` is destroyed or about to be`)
    }
    const details = { changed: ['rotation'] }
    if (input.periodDays === null) return changeKey(scope, key, [], details)
    assertRotatesItself(key)
    const periodDays = parseRotationDays(input.periodDays)
    // The same period again is no reason to begin it anew.
    const nextAt =
      rotation?.periodDays === periodDays ? rotation.nextAt : scope.now + periodDays * DAY_MS
    return changeKey(scope, { ...key, rotation: { periodDays, nextAt } }, [], details)
  },
}
