import { KeeperError } from '../../error.ts'
import { lacksMaterial, withoutMaterial } from '../../key/imported-material.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { changeKey, type DescribedKey, type Moved, settledVersions } from './described-key.ts'

export interface DeleteMaterialInput {
  readonly key: KeyRef
  /** One version; absent: all of them. */
  readonly version?: number
}

/**
 * Deletes material that was made elsewhere and keeps everything else: the version refuses every use until
 * the same material is brought again. Where nothing is left to delete it changes nothing.
 */
export const deleteMaterial: ManagementOperation<'key', DeleteMaterialInput, DescribedKey> = {
  action: 'key.delete-material',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope, input) => {
    const { key } = scope.subject
    if (key.origin !== 'imported') {
      throw new KeeperError(
        'unsupported',
        `the material of key \`${key.name}\` was made here; it can only be destroyed`,
      )
    }
    if (input.version !== undefined) await scope.keys.version(scope.subject, input.version)
    const moved: Moved[] = (await settledVersions(scope)).map(({ stored, version }) => {
      const wanted = input.version === undefined || input.version === version.version
      const has = version.material !== undefined && !lacksMaterial(version, scope.now)
      return { stored, version: wanted && has ? withoutMaterial(version, scope.now) : version }
    })
    return changeKey(scope, key, moved)
  },
}
