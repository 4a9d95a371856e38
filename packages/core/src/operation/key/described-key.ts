import type { Key, KeyVersion } from '../../key/key.ts'
import { withMaterialOf } from '../../key/imported-material.ts'
import { effectiveState, isDestroyDue, settle } from '../../key/lifecycle.ts'
import type { KeyState } from '../../key/state.ts'
import type { Put, Stored } from '../../storage/store.ts'
import type { Change, ManagementScope } from '../management-operation.ts'
import { putKey, putVersion } from './put.ts'

/** A version as callers may see it: everything but the material. */
export type VersionMetadata = Omit<KeyVersion, 'material'> & {
  /** The state that counts now, dates and suspension applied. */
  readonly effectiveState: KeyState
  readonly hasMaterial: boolean
  /** The recipient-usage period is over: the material should be destroyed (SP 800-57 pt1 §5.3.5). */
  readonly destroyDue: boolean
}

export interface DescribedKey {
  readonly key: Key
  readonly revision: number
  /** The effective state of the current version (of the newest before any is active). */
  readonly state: KeyState
  readonly version: VersionMetadata
}

export function versionMetadata(key: Key, version: KeyVersion, now: number): VersionMetadata {
  const { material, ...metadata } = version
  return {
    ...metadata,
    effectiveState: effectiveState(key, version, now),
    hasMaterial: material !== undefined,
    destroyDue: isDestroyDue(version, now),
  }
}

export function describeKey(
  key: Key,
  revision: number,
  version: KeyVersion,
  now: number,
): DescribedKey {
  const metadata = versionMetadata(key, version, now)
  return { key, revision, state: metadata.effectiveState, version: metadata }
}

/** The number of the version that stands for the key: the protecting one, or the newest. */
export function leadingVersion(key: Key): number {
  return key.currentVersion === 0 ? key.lastVersion : key.currentVersion
}

/** The subject's leading version, read. */
export async function leading(scope: ManagementScope<'key'>): Promise<Stored<'key-version'>> {
  return scope.keys.version(scope.subject, leadingVersion(scope.subject.key))
}

/** The one named, or the leading one. */
export async function chosenVersion(
  scope: ManagementScope<'key'>,
  version: number | undefined,
): Promise<Stored<'key-version'>> {
  return scope.keys.version(scope.subject, version ?? leadingVersion(scope.subject.key))
}

/** A version that a change has computed anew, beside what was stored. */
export interface Moved {
  readonly stored: Stored<'key-version'>
  readonly version: KeyVersion
}

/** The change of a key together with some of its versions; answers with the key as it then is. */
export async function changeKey(
  scope: ManagementScope<'key'>,
  key: Key,
  moved: readonly Moved[],
  details: Change<unknown>['details'] = {},
): Promise<Change<DescribedKey>> {
  const number = leadingVersion(key)
  const stands =
    moved.find(({ version }) => version.version === number)?.version ??
    (await scope.keys.version(scope.subject, number)).value
  const told = withMaterialOf(
    key,
    moved.map(({ version }) => version),
  )
  const put = putKey(scope.subject, told, stands, scope.now)
  const puts: Put[] = [put]
  for (const { stored, version } of moved)
    if (version !== stored.value) puts.push(putVersion(stored, version))
  const versions = moved
    .filter(({ stored, version }) => version !== stored.value)
    .map(({ version }) => String(version.version))
  return {
    output: describeKey(put.value, scope.subject.stored.revision + 1, stands, scope.now),
    puts,
    details: { ...(versions.length > 0 && { versions }), ...details },
  }
}

/**
 * Every version with what the dates have brought about by now. An operation that looks at states looks at
 * these, and writes them down with its own change: the scheduler may not have come round yet.
 */
export async function settledVersions(scope: ManagementScope<'key'>): Promise<readonly Moved[]> {
  const { key } = scope.subject
  const all = await scope.keys.allVersions(scope.subject)
  return all.map((stored) => ({ stored, version: settle(key, stored.value, scope.now) }))
}
