import { KeeperError } from '../../error.ts'
import type { KeyId } from '../../id.ts'
import {
  buildKey,
  type KeyAttributes,
  type KeyRequest,
  parseKeyAttributes,
} from '../../key/attributes.ts'
import { withMaterialOf } from '../../key/imported-material.ts'
import type { Key, KeyOrigin, KeyVersion } from '../../key/key.ts'
import { createVersion, move } from '../../key/lifecycle.ts'
import type { NewMaterial } from '../../custody/custody.ts'
import type { MaterialPlace } from '../../key/material-place.ts'

import { assertAlgorithm } from '../../key/algorithm-policy.ts'
import { primaryMechanism } from '../../key/primary-mechanism.ts'
import type { Change, ManagementOperation, ManagementScope } from '../management-operation.ts'
import { describeKey, type DescribedKey, leadingVersion } from './described-key.ts'
import { putNewKey, putNewVersion } from './put.ts'

export interface CreateKeyInput extends KeyRequest {
  /** Somebody else keeps the key already, and this one stands for it: nothing works without them. */
  readonly place?: MaterialPlace
  /** Active at once unless told otherwise: `false` waits for a call, an instant for that moment. */
  readonly activate?: boolean | number
  /**
   * The material is made elsewhere and will be brought by `importVersion`. Until then the key is shown and
   * listed, may be suspended and destroyed, and refuses every use.
   */
  readonly material?: 'awaited'
}

/** Generates a key with its first version (SP 800-57 pt1 §7.1, SP 800-133r2). */
export const createKey: ManagementOperation<'key', CreateKeyInput, DescribedKey> = {
  action: 'key.create',
  target: (input) => ({
    kind: 'key',
    ref: input.name,
    attributes: { spec: input.spec, owner: input.owner ?? '', labels: input.labels ?? {} },
  }),
  run: async (scope, input) => {
    const attributes = parseKeyAttributes(input)
    const awaited = input.material === 'awaited'
    const key = newKey(scope, attributes, awaited ? 'imported' : 'generated', input.place)
    assertAlgorithm(key, primaryMechanism(key), 'protect', scope.ports.profile, scope.now)
    if (awaited) return awaiting(scope, key, input)
    const { custody } = scope.ports
    const { id, tenant, spec, purpose } = key
    const binding = { tenant, key: id, version: 1, spec, purpose, generation: 1 }
    const material = await custody.generate(binding, input.place, scope)
    return birth(scope, key, material, { activate: input.activate ?? true, reason: 'generated' })
  },
  replay: replayKey,
  resultId: (output) => output.key.id,
}

export function newKey(
  scope: ManagementScope<'key'>,
  attributes: KeyAttributes,
  origin: KeyOrigin,
  place?: MaterialPlace,
): Key {
  return buildKey({
    id: scope.ports.ids.uuid() as KeyId,
    tenant: scope.tenant,
    attributes,
    origin,
    custody: place?.custody ?? scope.ports.custody.name,
    externalId: place?.externalId,
    at: scope.now,
    by: scope.session.principal,
  })
}

/** A key whose first version is there before its material is. */
function awaiting(
  scope: ManagementScope<'key'>,
  key: Key,
  { activate }: CreateKeyInput,
): Change<DescribedKey> {
  if (activate !== undefined) {
    throw new KeeperError(
      'invalid-input',
      'a key that awaits its material becomes active when that is imported; say there whether',
    )
  }
  const nothing = { checkValue: '', materialUntil: scope.now }
  return birth(scope, key, nothing, { activate: false, reason: 'awaits its material' })
}

interface Birth {
  readonly activate: boolean | number
  readonly reason: string
}

/** The change that brings a key and its first version into being. */
export function birth(
  scope: ManagementScope<'key'>,
  unborn: Key,
  material: NewMaterial & { readonly materialUntil?: number },
  { activate, reason }: Birth,
): Change<DescribedKey> {
  const { now, session } = scope
  const activateAt = typeof activate === 'number' ? activate : undefined
  if (activateAt !== undefined && !Number.isSafeInteger(activateAt)) {
    throw new KeeperError(
      'invalid-input',
      'the activation date must be a whole number of milliseconds',
    )
  }
  const fresh = createVersion({
    key: unborn,
    version: 1,
    ...material,
    cause: unborn.origin === 'imported' ? 'imported' : 'created',
    ...(activateAt !== undefined && { activateAt }),
    at: now,
    by: session.principal,
    reason,
  })
  const active = activate === true
  const version: KeyVersion = active
    ? move(unborn, fresh, 'active', {
        at: now,
        by: session.principal,
        reason: 'activated at creation',
      })
    : fresh
  const key = withMaterialOf({ ...unborn, currentVersion: active ? 1 : 0, lastVersion: 1 }, [
    version,
  ])
  const put = putNewKey(key, version, now)
  return {
    output: describeKey(put.value, 1, version, now),
    puts: [put, putNewVersion(version)],
    details: { key: key.id, spec: key.spec, purpose: key.purpose },
  }
}

export async function replayKey(scope: ManagementScope<'key'>, id: string): Promise<DescribedKey> {
  const loaded = await scope.keys.read(scope.tenant, id)
  if (loaded === undefined)
    throw new KeeperError('not-found', 'the key that was created then is gone')
  const version = await scope.keys.version(loaded, leadingVersion(loaded.key))
  return describeKey(loaded.key, loaded.stored.revision, version.value, scope.now)
}
