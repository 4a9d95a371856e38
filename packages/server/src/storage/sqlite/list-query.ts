import {
  isKeeperError,
  KeeperError,
  type ListQuery,
  type Page,
  type RecordIndex,
  type RecordKind,
  type Stored,
} from '@claviger/core'
import { type ByteString, fromUtf8 } from '../ledger/byte-string.ts'
import { gatheredIds, type IdList, Intersection, ledgerIds } from '../ledger/id-list.ts'
import {
  facetPrefix,
  ledgerKey,
  nameKey,
  parentPrefix,
  recordPrefix,
} from '../ledger/ledger-key.ts'
import type { LedgerView } from '../ledger/ledger.ts'
import { type RecordReader, storedOf } from './record-reader.ts'

export const LIST_LIMIT_MAX = 1_000
/** Names with a prefix that are gathered and sorted; with more, records are read and compared instead. */
const GATHERED_NAMES_MAX = 4_096
/** Records read for one page at most; the page may then be short and still have a next. */
const EXAMINED_MAX = 5_000
/** Ids passed over between the lists of a query, for one page. */
const STEPS_MAX = 50_000

export interface ListContext {
  readonly reader: RecordReader
  /** Opens the ledger for one read; damaged pages of it are told to `onDamage` and passed over. */
  view(onDamage: (error: KeeperError) => void): LedgerView
}

/** One page of the records that are in every list the query names. */
export function listRecords<K extends RecordKind>(
  context: ListContext,
  kind: K,
  query: ListQuery,
): Page<K> {
  assertQuery(query)
  const damaged = new Set<string>()
  const view = context.view(
    (error) => void damaged.add(`index-page ${String(error.details['id'])}`),
  )
  const { lists, isNamed } = listsOf(view, kind, query)
  const ids = new Intersection(lists, STEPS_MAX)
  const records: Stored<K>[] = []
  let examined = 0
  let last = query.after
  let id = ids.after(last)
  for (; id !== undefined && records.length < query.limit; id = ids.after(id)) {
    if (examined++ === EXAMINED_MAX) break
    last = id
    try {
      const row = context.reader.find(view, kind, query.tenant, id)
      // The index names what the records do not hold: only a damaged page can have brought that about.
      if (row === undefined) damaged.add(id)
      else if (isNamed(JSON.parse(row.indexed) as RecordIndex)) records.push(storedOf<K>(row))
    } catch (error) {
      if (!isKeeperError(error) || error.code !== 'integrity') throw error
      damaged.add(id)
    }
  }
  const next = id === undefined ? ids.stoppedAfter : last
  return { records, damaged: [...damaged], ...(next !== undefined && { next }) }
}

interface Lists {
  readonly lists: readonly IdList[]
  /** Whether a record has the wanted name, where the lists do not decide it. */
  readonly isNamed: (index: RecordIndex) => boolean
}

function listsOf(view: LedgerView, kind: RecordKind, query: ListQuery): Lists {
  const { tenant, facets = [], parent, namePrefix } = query
  const descending = query.descending === true
  const prefixes = facets.map((facet) => facetPrefix(kind, tenant, facet))
  if (parent !== undefined) prefixes.push(parentPrefix(kind, tenant, parent))
  const lists: IdList[] = prefixes.map((prefix) => ledgerIds(view, prefix, descending))
  let isNamed: Lists['isNamed'] = () => true
  if (namePrefix !== undefined) {
    const named = namedIds(view, nameKey(kind, tenant, namePrefix))
    if (named === undefined) isNamed = (index) => index.name?.startsWith(namePrefix) === true
    else lists.unshift(gatheredIds(named, descending))
  }
  if (lists.length === 0) lists.push(ledgerIds(view, recordPrefix(kind, tenant), descending))
  return { lists, isNamed }
}

/** Ids of the records whose name begins with `prefix`, unless they are too many to sort. */
function namedIds(view: LedgerView, prefix: ByteString): readonly string[] | undefined {
  const ids: string[] = []
  let entry = view.atOrAfter(prefix)
  while (entry?.key.startsWith(prefix) === true) {
    if (ids.length === GATHERED_NAMES_MAX) return undefined
    ids.push(fromUtf8(entry.value))
    entry = view.atOrAfter(`${entry.key}\0`)
  }
  return ids
}

function assertQuery({ limit, after }: ListQuery): void {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > LIST_LIMIT_MAX) {
    throw new KeeperError('invalid-input', `a page has 1 to ${LIST_LIMIT_MAX} records`)
  }
  if (after !== undefined) ledgerKey(after)
}
