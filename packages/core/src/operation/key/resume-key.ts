import { KeeperError } from '../../error.ts'
import { move, resumedState } from '../../key/lifecycle.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { changeKey, type DescribedKey, type Moved } from './described-key.ts'

export interface ResumeKeyInput {
  readonly key: KeyRef
  readonly reason?: string
}

/**
 * Lifts a suspension (SP 800-57 pt1 §7.3 T10); a version whose originator-usage period ended meanwhile
 * is deactivated instead (T12).
 */
export const resumeKey: ManagementOperation<'key', ResumeKeyInput, DescribedKey> = {
  action: 'key.resume',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope, input) => {
    const { suspension, ...key } = scope.subject.key
    if (suspension === undefined) {
      throw new KeeperError('wrong-state', `key \`${key.name}\` is not suspended`)
    }
    if (key.destroyAt !== undefined) {
      throw new KeeperError(
        'wrong-state',
        `key \`${key.name}\` is to be destroyed; cancel that first`,
      )
    }
    const change = { at: scope.now, by: scope.session.principal, reason: input.reason ?? 'resumed' }
    const moved: Moved[] = []
    for (const stored of await scope.keys.allVersions(scope.subject)) {
      if (stored.value.state !== 'suspended') continue
      const to = resumedState(stored.value, scope.now)
      moved.push({ stored, version: move(key, stored.value, to, change) })
    }
    return changeKey(scope, key, moved)
  },
}
