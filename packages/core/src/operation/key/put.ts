import { effectiveState } from '../../key/lifecycle.ts'
import type { Key, KeyVersion } from '../../key/key.ts'
import type { Put, Stored } from '../../storage/store.ts'
import { type LoadedKey, versionRecordId } from '../key-cache.ts'

/** A change of a key; `leading` is the version that stands for it after the change. */
export function putKey(loaded: LoadedKey, key: Key, leading: KeyVersion, now: number): Put<'key'> {
  const value = { ...key, state: effectiveState(key, leading, now), updatedAt: now }
  return { kind: 'key', tenant: key.tenant, id: key.id, value, expected: loaded.stored.revision }
}

export function putNewKey(key: Key, leading: KeyVersion, now: number): Put<'key'> {
  const value = { ...key, state: effectiveState(key, leading, now) }
  return { kind: 'key', tenant: key.tenant, id: key.id, value, expected: 0 }
}

export function putVersion(stored: Stored<'key-version'>, version: KeyVersion): Put<'key-version'> {
  return {
    kind: 'key-version',
    tenant: version.tenant,
    id: stored.id,
    value: version,
    expected: stored.revision,
  }
}

export function putNewVersion(version: KeyVersion): Put<'key-version'> {
  const id = versionRecordId(version.key, version.version)
  return { kind: 'key-version', tenant: version.tenant, id, value: version, expected: 0 }
}
