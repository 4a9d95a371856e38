import { KeeperError } from '../../error.ts'
import type { PrincipalId, TenantId } from '../../id.ts'
import type { PolicyHistory, PolicyVersion } from '../../storage/record.ts'
import type { Delete, Put, Stored } from '../../storage/store.ts'
import { LIST_MAX } from '../key/list-keys.ts'
import type { ManagementOperation, ManagementScope } from '../management-operation.ts'

/** How many versions of a policy are kept; fewer when they are long. */
export const POLICY_VERSIONS_MAX = 32
/** Of all versions of one policy, as JSON: they are one record. */
const HISTORY_CHARACTERS_MAX = 512 * 1024
/** How many policies' histories a tenant keeps; those of policies that are gone leave first. */
const HISTORIES_MAX = 512

export interface PolicyHistoryInput {
  readonly name: string
}

export interface PolicyHistoryOutput {
  readonly name: string
  /** Oldest first; the first has a number above 1 when earlier ones were let go. */
  readonly versions: readonly PolicyVersion[]
}

/** Who changed a policy, when, and to what; of one that is gone, too. */
export const policyHistory: ManagementOperation<'policy', PolicyHistoryInput, PolicyHistoryOutput> =
  {
    action: 'policy.get',
    // It may be gone.
    target: ({ name }) => ({ kind: 'policy', ref: name, attributes: {} }),
    run: async ({ ports, tenant }, { name }) => {
      const history = await ports.store.getByName('policy-history', tenant, name)
      if (history !== undefined) return { output: { name, versions: history.value.versions } }
      throw new KeeperError('not-found', `there never was a policy \`${name.slice(0, 128)}\``)
    },
  }

/** What a change of a policy adds to its history, in the same unit of work. */
export async function historyWrite(
  { ports, tenant, session, now }: ManagementScope<'policy'>,
  name: string,
  text: string | undefined,
): Promise<{ readonly puts: readonly Put[]; readonly deletes: readonly Delete[] }> {
  const earlier = await ports.store.getByName('policy-history', tenant, name)
  const versions = earlier?.value.versions ?? []
  const by: { id: PrincipalId; name: string } = { id: session.principal, name: session.name }
  const version: PolicyVersion = {
    version: (versions.at(-1)?.version ?? 0) + 1,
    at: now,
    by,
    ...(text !== undefined && { text }),
  }
  const value: PolicyHistory = { tenant, name, versions: bounded([...versions, version]) }
  const id = earlier?.id ?? ports.ids.uuid()
  const expected = earlier?.revision ?? 0
  return {
    puts: [{ kind: 'policy-history', tenant, id, value, expected }],
    deletes: earlier === undefined ? await superfluous(ports.store, tenant) : [],
  }
}

function bounded(versions: readonly PolicyVersion[]): readonly PolicyVersion[] {
  const kept: PolicyVersion[] = []
  let characters = 0
  for (const version of versions.slice(-POLICY_VERSIONS_MAX).toReversed()) {
    characters += JSON.stringify(version).length
    if (kept.length > 0 && characters > HISTORY_CHARACTERS_MAX) break
    kept.unshift(version)
  }
  return kept
}

/** The history of the policy that has been gone for longest, when another one needs the room. */
async function superfluous(
  store: ManagementScope<'policy'>['ports']['store'],
  tenant: TenantId,
): Promise<readonly Delete[]> {
  const { records } = await store.list('policy-history', { tenant, limit: LIST_MAX })
  if (records.length < HISTORIES_MAX) return []
  const ended = ({ value }: Stored<'policy-history'>): number => {
    const last = value.versions.at(-1)
    return last === undefined || last.text !== undefined ? Number.POSITIVE_INFINITY : last.at
  }
  const [oldest] = records.toSorted((left, right) => ended(left) - ended(right))
  if (oldest === undefined || ended(oldest) === Number.POSITIVE_INFINITY) return []
  const { id, revision: expected } = oldest
  return [{ kind: 'policy-history', tenant, id, expected }]
}
