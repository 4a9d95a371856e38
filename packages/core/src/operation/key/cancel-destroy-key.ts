import { KeeperError } from '../../error.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { changeKey, type DescribedKey } from './described-key.ts'

export interface CancelDestroyKeyInput {
  readonly key: KeyRef
}

/** Takes a scheduled destruction back. The key stays suspended: resuming it is a decision of its own. */
export const cancelDestroyKey: ManagementOperation<'key', CancelDestroyKeyInput, DescribedKey> = {
  action: 'key.cancel-destroy',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope) => {
    const { destroyAt, ...key } = scope.subject.key
    if (destroyAt === undefined || key.state === 'destroyed' || destroyAt <= scope.now) {
      throw new KeeperError('wrong-state', `no destruction of key \`${key.name}\` is scheduled`)
    }
    return changeKey(scope, key, [])
  },
}
