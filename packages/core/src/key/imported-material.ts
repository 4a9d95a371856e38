import type { Instant } from '../clock.ts'
import { KeeperError } from '../error.ts'
import type { NewMaterial } from '../custody/custody.ts'
import type { Key, KeyVersion } from './key.ts'

/*
 * Material that is made elsewhere and lent to the keeper: a version may be there before its material is,
 * may lose it on a date or by a call, and takes the same material back. That is not destruction (SP 800-57
 * pt1 §7.6): the key still exists, where it came from, so its state and its periods go on.
 */

/** Whether this version is without its material now, and can be brought it. On the hot path. */
export function lacksMaterial(version: KeyVersion, at: Instant): boolean {
  return version.materialUntil !== undefined && at >= version.materialUntil
}

/** Whether nothing was ever brought to this version. */
export function isUnbrought(version: KeyVersion): boolean {
  return version.checkValue === ''
}

/**
 * The versions of a key that are without their material at `at`, oldest first: known from the key alone.
 * A version that is pending is not among them unless `pending` asks for it: nothing depends on it yet.
 */
export function awaitedVersions(
  key: Key,
  at: Instant,
  { pending = false } = {},
): readonly number[] {
  if (key.materialUntil === undefined) return []
  return Object.entries(key.materialUntil)
    .filter(
      ([version, until]) => at >= until && (pending || Number(version) !== key.pendingVersion),
    )
    .map(([version]) => Number(version))
}

/** What a date will do to stored material; undefined when there is none or it stays. */
export function materialExpiry(version: KeyVersion): Instant | undefined {
  return version.material === undefined ? undefined : version.materialUntil
}

/** The version without material whose date has come; the same object where there is nothing to do. */
export function expireMaterial(version: KeyVersion, at: Instant): KeyVersion {
  const expiry = materialExpiry(version)
  return expiry === undefined || at < expiry ? version : withoutMaterial(version, expiry)
}

/** Forgets the material; what tells it from any other is kept. */
export function withoutMaterial(version: KeyVersion, at: Instant): KeyVersion {
  const { material: _deleted, ...rest } = version
  return { ...rest, materialUntil: at }
}

/** The version with the material that belongs to it, until a date or for good. */
export function withMaterial(
  version: KeyVersion,
  brought: NewMaterial,
  generation: number,
  until: Instant | undefined,
): KeyVersion {
  const { materialUntil: _before, ...rest } = version
  return { ...rest, ...brought, generation, ...(until !== undefined && { materialUntil: until }) }
}

/** Whether this is the material of that version. Records made before `materialId` have less to compare. */
export function isMaterialOf(version: KeyVersion, material: NewMaterial): boolean {
  if (version.materialId === undefined || material.materialId === undefined) {
    return !isUnbrought(version) && version.checkValue === material.checkValue
  }
  return version.materialId === material.materialId
}

/** The key with what these versions of it say about their material. */
export function withMaterialOf(key: Key, versions: readonly KeyVersion[]): Key {
  const { materialUntil = {}, pendingVersion, ...rest } = key
  const dates: Record<string, Instant> = { ...materialUntil }
  let pending = pendingVersion
  for (const { version, materialUntil: until, state } of versions) {
    if (until === undefined) delete dates[version]
    else dates[version] = until
    if (version === pending && state !== 'pre-active') pending = undefined
  }
  return {
    ...rest,
    ...(Object.keys(dates).length > 0 && { materialUntil: dates }),
    ...(pending !== undefined && { pendingVersion: pending }),
  }
}

export function awaitingMaterial(key: Key, version: KeyVersion): KeeperError {
  return new KeeperError(
    'wrong-state',
    `version ${version.version} of key \`${key.name}\` awaits its material; import it`,
    { details: { state: version.state, version: version.version, awaitsMaterial: true } },
  )
}
