import { KeeperError } from '../../error.ts'
import { assertAlgorithm } from '../../key/algorithm-policy.ts'
import { primaryMechanism } from '../../key/primary-mechanism.ts'
import { createVersion, move, settle } from '../../key/lifecycle.ts'

import type { Key } from '../../key/key.ts'
import type { KeyRef } from '../key-cache.ts'
import type { Change, ManagementOperation, ManagementScope } from '../management-operation.ts'
import { describeKey, type DescribedKey, leading } from './described-key.ts'
import { bindingOf, type ImportedMaterial, withClearMaterial } from './import-key.ts'
import { putKey, putNewVersion, putVersion } from './put.ts'

export interface RotateKeyInput {
  readonly key: KeyRef
  readonly reason?: string
  /** For keys whose material is made elsewhere; absent: freshly generated. */
  readonly material?: ImportedMaterial
}

/**
 * A new version takes over protecting; the one before it stops and goes on processing (SP 800-57 pt1
 * §7.2 T8), or is destroyed if its type has nothing left to do (T5).
 */
export const rotateKey: ManagementOperation<'key', RotateKeyInput, DescribedKey> = {
  action: 'key.rotate',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope, input) => {
    const { key } = scope.subject
    assertRotatable(key)
    assertAlgorithm(key, primaryMechanism(key), 'protect', scope.ports.profile, scope.now)
    const { custody } = scope.ports
    const binding = bindingOf(key, key.lastVersion + 1)
    const { material: imported } = input
    if (imported === undefined) return succeed(scope, input, await custody.generate(binding))
    return withClearMaterial(scope, imported, async (data) =>
      succeed(scope, input, await custody.import(binding, imported.format, data)),
    )
  },
}

function assertRotatable(key: Key): void {
  if (key.suspension !== undefined) {
    throw new KeeperError(
      'wrong-state',
      `key \`${key.name}\` is suspended; resume it before rotating it`,
    )
  }
  if (key.destroyAt !== undefined || key.state === 'destroyed') {
    throw new KeeperError('wrong-state', `key \`${key.name}\` is destroyed or about to be`)
  }
}

async function succeed(
  scope: ManagementScope<'key'>,
  input: RotateKeyInput,
  material: Awaited<ReturnType<ManagementScope<'key'>['ports']['custody']['generate']>>,
): Promise<Change<DescribedKey>> {
  const { now, session, subject } = scope
  const by = session.principal
  const reason = input.reason ?? 'rotated'
  const number = subject.key.lastVersion + 1
  const fresh = createVersion({
    key: subject.key,
    version: number,
    ...material,
    at: now,
    by,
    reason,
  })
  const version = move(subject.key, fresh, 'active', { at: now, by, reason })
  const key = { ...subject.key, currentVersion: number, lastVersion: number }
  const before = await leading(scope)
  const settled = settle(subject.key, before.value, now)
  const replaced =
    settled.state === 'active'
      ? move(subject.key, settled, 'deactivated', {
          at: now,
          by,
          reason: `replaced by version ${number}`,
        })
      : settled
  const put = putKey(subject, key, version, now)
  return {
    output: describeKey(put.value, subject.stored.revision + 1, version, now),
    puts: [
      put,
      putNewVersion(version),
      ...(replaced === before.value ? [] : [putVersion(before, replaced)]),
    ],
    details: { version: number, replaced: before.value.version },
  }
}
