import { KeeperError } from '../../error.ts'
import { assertAlgorithm } from '../../key/algorithm-policy.ts'
import { primaryMechanism } from '../../key/primary-mechanism.ts'
import { createVersion, move, settle } from '../../key/lifecycle.ts'

import type { NewMaterial } from '../../custody/custody.ts'
import {
  awaitingMaterial,
  isUnbrought,
  lacksMaterial,
  withMaterialOf,
} from '../../key/imported-material.ts'
import type { Key, KeyVersion, VersionCause } from '../../key/key.ts'
import { placeOf } from '../../key/material-place.ts'
import type { Stored } from '../../storage/store.ts'
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
  /** To the version that `importVersion` left pending. */
  readonly pending?: boolean
}

/**
 * A new version takes over protecting; the one before it stops and goes on processing (SP 800-57 pt1
 * §7.2 T8), or is destroyed if its type has nothing left to do (T5).
 */
export const rotateKey: ManagementOperation<'key', RotateKeyInput, DescribedKey> = {
  action: 'key.rotate',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: (scope, input) => rotated(scope, input, 'requested', scope.subject.key),
}

/** The rotation of the subject, on request or on its date; `key` is what it then is beside its versions. */
export async function rotated(
  scope: ManagementScope<'key'>,
  input: RotateKeyInput,
  cause: VersionCause,
  key: Key,
): Promise<Change<DescribedKey>> {
  assertRotatable(key)
  assertAlgorithm(key, primaryMechanism(key), 'protect', scope.ports.profile, scope.now)
  const rotation = { scope, key, cause, reason: input.reason ?? 'rotated' }
  if (input.pending === true) return activatePending(rotation)
  assertNothingPending(key)
  await assertBrought(scope)
  const { custody } = scope.ports
  const binding = bindingOf(key, key.lastVersion + 1)
  const { material: imported } = input
  const succeedBy = (made: NewMaterial): Promise<Change<DescribedKey>> =>
    succeed(rotation, newVersion(rotation, made))
  if (imported === undefined) return succeedBy(await custody.generate(binding, placeOf(key), scope))
  return withClearMaterial(scope, imported, async (data) =>
    succeedBy(await custody.import(binding, imported.format, data)),
  )
}

interface Rotation {
  readonly scope: ManagementScope<'key'>
  readonly key: Key
  readonly cause: VersionCause
  readonly reason: string
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

function assertNothingPending({ name, pendingVersion }: Key): void {
  if (pendingVersion === undefined) return
  throw new KeeperError(
    'wrong-state',
    `version ${pendingVersion} of key \`${name}\` is pending; rotate to it, or destroy it`,
    { details: { pendingVersion } },
  )
}

/** A key that still waits for its first material has nothing to rotate from. */
async function assertBrought(scope: ManagementScope<'key'>): Promise<void> {
  const { value } = await leading(scope)
  if (isUnbrought(value)) throw awaitingMaterial(scope.subject.key, value)
}

async function activatePending(rotation: Rotation): Promise<Change<DescribedKey>> {
  const { scope, key, cause } = rotation
  if (key.pendingVersion === undefined) {
    throw new KeeperError('wrong-state', `key \`${key.name}\` has no pending version; import one`)
  }
  const stored = await scope.keys.version(scope.subject, key.pendingVersion)
  if (lacksMaterial(stored.value, scope.now)) throw awaitingMaterial(key, stored.value)
  return succeed(rotation, { ...stored.value, cause }, stored)
}

function newVersion({ scope, key, cause, reason }: Rotation, material: NewMaterial): KeyVersion {
  return createVersion({
    key,
    version: key.lastVersion + 1,
    ...material,
    cause,
    at: scope.now,
    by: scope.session.principal,
    reason,
  })
}

/** The pre-active version becomes the one that protects, and the one before it stops. */
async function succeed(
  { scope, key: unchanged, cause, reason }: Rotation,
  next: KeyVersion,
  storedNext?: Stored<'key-version'>,
): Promise<Change<DescribedKey>> {
  const { now, session, subject } = scope
  const by = session.principal
  const number = next.version
  const version = move(unchanged, next, 'active', { at: now, by, reason })
  const before = await leading(scope)
  const settled = settle(unchanged, before.value, now)
  const replaced =
    settled.state === 'active'
      ? move(unchanged, settled, 'deactivated', {
          at: now,
          by,
          reason: `replaced by version ${number}`,
        })
      : settled
  const lastVersion = Math.max(unchanged.lastVersion, number)
  const key = withMaterialOf({ ...unchanged, currentVersion: number, lastVersion }, [
    version,
    replaced,
  ])
  const put = putKey(subject, key, version, now)
  return {
    output: describeKey(put.value, subject.stored.revision + 1, version, now),
    puts: [
      put,
      storedNext === undefined ? putNewVersion(version) : putVersion(storedNext, version),
      ...(replaced === before.value ? [] : [putVersion(before, replaced)]),
    ],
    details: { version: number, replaced: before.value.version, cause },
  }
}
