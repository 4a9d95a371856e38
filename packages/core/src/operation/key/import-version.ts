import type { NewMaterial } from '../../custody/custody.ts'
import { KeeperError } from '../../error.ts'
import { assertAlgorithm } from '../../key/algorithm-policy.ts'
import {
  isMaterialOf,
  isUnbrought,
  withMaterial,
  withMaterialOf,
} from '../../key/imported-material.ts'
import type { Key, KeyVersion } from '../../key/key.ts'
import { createVersion, move } from '../../key/lifecycle.ts'
import { primaryMechanism } from '../../key/primary-mechanism.ts'
import type { KeyRef } from '../key-cache.ts'
import type { Change, ManagementOperation, ManagementScope } from '../management-operation.ts'
import { changeKey, type DescribedKey, type Moved, settledVersions } from './described-key.ts'
import { bindingOf, type ImportedMaterial, withClearMaterial } from './import-key.ts'
import { putNewVersion } from './put.ts'

export interface ImportVersionInput {
  readonly key: KeyRef
  readonly material: ImportedMaterial
  /** The version it belongs to; absent: the one that was never brought any, or whose material this is. */
  readonly version?: number
  /** Further material: a new version, which protects once `rotateKey` with `pending` puts it in force. */
  readonly pending?: boolean
  /** From then on the keeper no longer has the material; absent: it stays. */
  readonly materialUntil?: number
  /** Of the first material: whether the key becomes active with it. True unless told otherwise. */
  readonly activate?: boolean
}

/** The key afterwards, and the version that the material belongs to. */
export interface ImportedVersion extends DescribedKey {
  readonly imported: number
}

/** What one import carries: the versions as they are now, and the material in clear. */
interface Bringing {
  readonly scope: ManagementScope<'key'>
  readonly input: ImportVersionInput
  readonly key: Key
  readonly versions: readonly Moved[]
  readonly data: Uint8Array
}

/**
 * Brings material to a key that was made elsewhere: its first, the same again after it expired or was
 * deleted (or to move its date), or more of it. Throws `wrong-material` where another was there before: a
 * version is its material, and what it protected opens under no other.
 */
export const importVersion: ManagementOperation<'key', ImportVersionInput, ImportedVersion> = {
  action: 'key.import',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope, input) => {
    const { key } = scope.subject
    assertImportable(key, input, scope.now)
    assertAlgorithm(key, primaryMechanism(key), 'protect', scope.ports.profile, scope.now)
    const versions = await settledVersions(scope)
    return withClearMaterial(scope, input.material, (data) =>
      bring({ scope, input, key, versions, data }),
    )
  },
}

function assertImportable(key: Key, { materialUntil }: ImportVersionInput, now: number): void {
  if (key.origin !== 'imported') {
    throw new KeeperError('unsupported', `the material of key \`${key.name}\` is made here`)
  }
  if (key.destroyAt !== undefined || key.state === 'destroyed') {
    throw new KeeperError('wrong-state', `key \`${key.name}\` is destroyed or about to be`)
  }
  if (materialUntil === undefined) return
  if (!Number.isSafeInteger(materialUntil) || materialUntil <= now) {
    throw new KeeperError('invalid-input', 'the material must expire in the future')
  }
}

async function bring(bringing: Bringing): Promise<Change<ImportedVersion>> {
  const { input, key, versions } = bringing
  const first = versions.find(
    ({ version }) => isUnbrought(version) && version.state !== 'destroyed',
  )
  if (first !== undefined) {
    const asked = input.version ?? first.version.version
    if (asked !== first.version.version) throw other(key)
    return bringFirst(bringing, first.version)
  }
  // Under the binding of a version to come: what it is must be known before what it is for.
  const material = await take(bringing, bindingOf(key, key.lastVersion + 1))
  const same = versions.find(({ version }) => isMaterialOf(version, material))?.version
  if (input.pending === true) return bringPending(bringing, material, same)
  if (same === undefined || same.version !== (input.version ?? same.version)) throw other(key)
  return bringAgain(bringing, same)
}

async function bringFirst(bringing: Bringing, first: KeyVersion): Promise<Change<ImportedVersion>> {
  const { scope, input, key, versions } = bringing
  const { version, generation } = first
  const material = await take(bringing, { ...bindingOf(key, version), generation })
  const brought = withMaterial(first, material, generation, input.materialUntil)
  if (input.activate === false) {
    return imported(await changeKey(scope, key, replaced(versions, brought), { version }), version)
  }
  const change = {
    at: scope.now,
    by: scope.session.principal,
    reason: 'activated with its material',
  }
  const active = move(key, brought, 'active', change)
  const currentVersion = Math.max(key.currentVersion, version)
  const versionsNow = replaced(versions, active)
  const written = await changeKey(scope, { ...key, currentVersion }, versionsNow, { version })
  return imported(written, version)
}

async function bringAgain(bringing: Bringing, same: KeyVersion): Promise<Change<ImportedVersion>> {
  const { scope, input, key, versions } = bringing
  const { version, state } = same
  if (state === 'destroyed') {
    throw new KeeperError(
      'wrong-state',
      `version ${version} of key \`${key.name}\` is destroyed; it cannot be brought back`,
      { details: { state, version } },
    )
  }
  // A new generation: the wrapped record that was deleted does not open in its place.
  const generation = same.generation + 1
  const material = await take(bringing, { ...bindingOf(key, version), generation })
  const next = withMaterial(same, material, generation, input.materialUntil)
  return imported(await changeKey(scope, key, replaced(versions, next), { version }), version)
}

async function bringPending(
  { scope, input, key, versions }: Bringing,
  material: NewMaterial,
  same: KeyVersion | undefined,
): Promise<Change<ImportedVersion>> {
  const { materialUntil } = input
  if (same !== undefined) {
    throw new KeeperError('conflict', `this is the material of version ${same.version} already`, {
      details: { version: same.version },
    })
  }
  assertMayPend(key)
  const number = key.lastVersion + 1
  const version = createVersion({
    key,
    version: number,
    ...material,
    cause: 'imported',
    ...(materialUntil !== undefined && { materialUntil }),
    at: scope.now,
    by: scope.session.principal,
    reason: 'imported',
  })
  const changed = withMaterialOf({ ...key, lastVersion: number, pendingVersion: number }, [version])
  const change = imported(await changeKey(scope, changed, versions, { version: number }), number)
  return { ...change, puts: [...(change.puts ?? []), putNewVersion(version)] }
}

function imported(change: Change<DescribedKey>, version: number): Change<ImportedVersion> {
  return { ...change, output: { ...change.output, imported: version } }
}

function assertMayPend({ name, currentVersion, pendingVersion }: Key): void {
  if (currentVersion === 0) {
    throw new KeeperError(
      'wrong-state',
      `key \`${name}\` has never been active; activate it, then import more`,
    )
  }
  if (pendingVersion === undefined) return
  throw new KeeperError(
    'wrong-state',
    `version ${pendingVersion} of key \`${name}\` is pending; rotate to it, or destroy it`,
    { details: { pendingVersion } },
  )
}

/** SAFETY: custody may wipe what it reads, and these bytes are needed again; a Buffer's `slice` copies nothing. */
async function take(
  { scope, input, data }: Bringing,
  binding: ReturnType<typeof bindingOf>,
): Promise<NewMaterial> {
  const copy = new Uint8Array(data)
  try {
    const material = await scope.ports.custody.import(binding, input.material.format, copy)
    if (material.material !== undefined) return material
  } finally {
    copy.fill(0)
  }
  throw new KeeperError('invalid-input', 'a public half alone is not the material of a key')
}

function replaced(versions: readonly Moved[], next: KeyVersion): readonly Moved[] {
  return versions.map((moved) =>
    moved.version.version === next.version ? { ...moved, version: next } : moved,
  )
}

function other(key: Key): KeeperError {
  return new KeeperError(
    'wrong-material',
    `this is not the material that key \`${key.name}\` had; bring the same, or as a pending version`,
  )
}
