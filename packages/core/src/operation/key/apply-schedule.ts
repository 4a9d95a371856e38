import { settle } from '../../key/lifecycle.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { changeKey, type DescribedKey, type Moved } from './described-key.ts'

export interface ApplyScheduleInput {
  readonly key: KeyRef
}

/** Writes down what the dates have brought about; run by the scheduler, on time also when nobody calls. */
export const applySchedule: ManagementOperation<'key', ApplyScheduleInput, DescribedKey> = {
  action: 'key.apply-schedule',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope) => {
    const { key } = scope.subject
    const moved: Moved[] = []
    let { currentVersion } = key
    for (const stored of await scope.keys.allVersions(scope.subject)) {
      const version = settle(key, stored.value, scope.now, scope.session.principal)
      if (version === stored.value) continue
      moved.push({ stored, version })
      const activated = stored.value.state === 'pre-active' && version.activatedAt !== undefined
      if (activated) currentVersion = Math.max(currentVersion, version.version)
    }
    const due = key.destroyAt !== undefined && key.destroyAt <= scope.now
    const { destroyAt: _done, ...kept } = key
    const transitions = moved.map(({ version }) => `${version.version}: ${version.state}`)
    return changeKey(scope, { ...(due ? kept : key), currentVersion }, moved, { transitions })
  },
}
