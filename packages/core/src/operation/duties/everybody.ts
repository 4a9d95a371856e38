import { KeeperError } from '../../error.ts'
import type { TenantId } from '../../id.ts'
import type { Group } from '../../approval/group.ts'
import type { QuorumRule } from '../../approval/quorum-rule.ts'
import type { Principal, Token } from '../../principal/principal.ts'
import type { RecordKind, RecordTypes, Store } from '../../storage/store.ts'

const PAGE = 500
const RECORDS_MAX = 100_000

/** Who there is in a tenant, and what they are in. */
export interface Everybody {
  readonly principals: readonly Principal[]
  readonly tokens: readonly Token[]
  readonly groups: readonly Group[]
  readonly quorums: readonly QuorumRule[]
  /** Ids of what could not be read: a report without them would be too good. */
  readonly damaged: readonly string[]
}

export async function readEverybody(store: Store, tenant: TenantId): Promise<Everybody> {
  const damaged: string[] = []
  const all = <K extends RecordKind>(kind: K) => readAll(store, kind, tenant, damaged)
  const principals = await all('principal')
  const tokens = await all('token')
  const groups = await all('group')
  const quorums = await all('quorum')
  return { principals, tokens, groups, quorums, damaged }
}

async function readAll<K extends RecordKind>(
  store: Store,
  kind: K,
  tenant: TenantId,
  damaged: string[],
): Promise<readonly RecordTypes[K][]> {
  const all: RecordTypes[K][] = []
  let after: string | undefined
  do {
    const query = { tenant, limit: PAGE, ...(after !== undefined && { after }) }
    const page = await store.list(kind, query)
    damaged.push(...page.damaged)
    all.push(...page.records.map(({ value }) => value))
    if (all.length > RECORDS_MAX) {
      throw new KeeperError('too-large', `more than ${RECORDS_MAX} of kind ${kind}`)
    }
    after = page.next
  } while (after !== undefined)
  return all
}
