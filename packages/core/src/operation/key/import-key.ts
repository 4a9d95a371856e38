import type { ImportFormat } from '../../custody/custody.ts'
import { KeeperError } from '../../error.ts'
import { assertAlgorithm } from '../../key/algorithm-policy.ts'
import { primaryMechanism } from '../../key/primary-mechanism.ts'
import { type KeyRequest, parseKeyAttributes } from '../../key/attributes.ts'
import type { Mechanism } from '../../key/mechanism.ts'
import type { Key } from '../../key/key.ts'
import type { KeyRef } from '../key-cache.ts'
import type { Change, ManagementOperation, ManagementScope } from '../management-operation.ts'
import { birth, newKey, replayKey } from './create-key.ts'
import type { DescribedKey } from './described-key.ts'

const IMPORT_BYTES_MAX = 65_536

/** Material as it comes: in clear, or wrapped under a key that the keeper holds. */
export interface ImportedMaterial {
  readonly format: ImportFormat
  readonly data: Uint8Array
  readonly wrapping?: {
    readonly key: KeyRef
    readonly version?: number
    readonly mechanism?: Mechanism
    readonly aad?: Uint8Array
  }
}

export interface ImportKeyInput extends Omit<KeyRequest, 'spec'> {
  /** Absent: what the material itself says. Raw bytes say nothing, so they need it. */
  readonly spec?: string
  readonly material: ImportedMaterial
  readonly activate?: boolean | number
}

/** Takes in a key made elsewhere, once everything about it has been checked. */
export const importKey: ManagementOperation<'key', ImportKeyInput, DescribedKey> = {
  action: 'key.import',
  target: (input) => ({
    kind: 'key',
    ref: input.name,
    attributes: { spec: input.spec ?? '', owner: input.owner ?? '', labels: input.labels ?? {} },
  }),
  run: (scope, input) =>
    withClearMaterial(scope, input.material, (data) => importInto(scope, input, data)),
  replay: replayKey,
  resultId: (output) => output.key.id,
}

async function importInto(
  scope: ManagementScope<'key'>,
  input: ImportKeyInput,
  data: Uint8Array,
): Promise<Change<DescribedKey>> {
  const { custody } = scope.ports
  const { format } = input.material
  const spec = input.spec ?? (await custody.inspect(format, data)).spec
  const key = newKey(scope, parseKeyAttributes({ ...input, spec }), 'imported')
  assertAlgorithm(key, primaryMechanism(key), 'protect', scope.ports.profile, scope.now)
  const material = await custody.import(bindingOf(key, 1), format, data)
  return birth(scope, key, material, { activate: input.activate ?? true, reason: 'imported' })
}

export function bindingOf(
  key: Key,
  version: number,
): Parameters<ManagementScope<'key'>['ports']['custody']['generate']>[0] {
  const { id, tenant, spec, purpose } = key
  return { tenant, key: id, version, spec, purpose, generation: 1 }
}

/** Unwraps under the keeper's own key if need be, and wipes what it unwrapped. */
export async function withClearMaterial<T>(
  scope: ManagementScope<'key'>,
  material: ImportedMaterial,
  use: (data: Uint8Array) => Promise<T>,
): Promise<T> {
  if (material.data.length > IMPORT_BYTES_MAX) {
    throw new KeeperError('too-large', `key material may have at most ${IMPORT_BYTES_MAX} bytes`)
  }
  const { wrapping } = material
  if (wrapping === undefined) return use(material.data)
  const unwrapping = await scope.use(wrapping.key, {
    action: 'key.unwrap',
    usage: 'unwrap',
    version: wrapping.version,
    mechanism: wrapping.mechanism,
    bytes: material.data.length,
  })
  const clear = await unwrapping.material.unwrap(unwrapping.mechanism, material.data, wrapping.aad)
  try {
    return await use(clear)
  } finally {
    clear.fill(0)
  }
}
