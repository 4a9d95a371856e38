import { DEFAULT_TENANT, SYSTEM_TENANT } from '../../id.ts'
import type { Token } from '../../principal/principal.ts'
import type { Put } from '../../storage/store.ts'

/** What has to be written with a new token so that it is found in its tenant. */
export function homeOf({ id, tenant }: Token, credential: string): readonly Put[] {
  if (tenant === DEFAULT_TENANT) return []
  const value = { credential, tenant, token: id }
  return [{ kind: 'credential-home', tenant: SYSTEM_TENANT, id, value, expected: 0 }]
}
