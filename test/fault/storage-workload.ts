/**
 * A process that commits until it is killed or its disk fails: what the storage fault tests run. Writers
 * each own a key and its version; every change of theirs touches both, in one unit, with an audit entry.
 * Prints `ack <writer> <change> <sequence> <digest>` for each commit that resolved.
 *
 *   storage-workload.ts <folder> <writers> [until-failure]
 */
import { writeSync } from 'node:fs'
import { DEFAULT_TENANT, type EventId, isKeeperError, type UnitOfWork } from '@claviger/core'
import { putKey, putVersion, sampleId } from '@claviger/testkit'
import { openStore } from '../../packages/server/test/storage/temporary-store.ts'

const [folder = '', writers = '4', mode] = process.argv.slice(2)
const FILL = 'x'.repeat(400)

/** Every fifth change removes both records, and the one after makes them anew. */
export function unitOf(writer: number, change: number): UnitOfWork {
  const phase = change % 5
  const outbox = { id: `e-${writer}-${change}` as EventId, entry: `{"change":${change}}` }
  const expected = phase === 0 ? 4 : phase - 1
  if (phase === 0) {
    const id = sampleId(writer)
    const gone = { tenant: DEFAULT_TENANT, expected }
    const deletes = [
      { ...gone, kind: 'key' as const, id },
      { ...gone, kind: 'key-version' as const, id: `${id}/1` },
    ]
    return { puts: [], deletes, outbox }
  }
  const labels = { change: `${change}` }
  const puts = [
    putKey(DEFAULT_TENANT, writer, { labels, description: FILL }, expected),
    putVersion(DEFAULT_TENANT, writer, 1, { generation: change }, expected),
  ]
  return { puts, outbox }
}

async function run(): Promise<void> {
  const store = openStore(folder, { writer: 'thread' })
  const write = async (writer: number): Promise<void> => {
    // Goes on after the newest audit entry of this writer: those are never settled here.
    const pending = await store.pendingOutbox()
    const done = pending
      .map(({ id }) => id.split('-').map(Number))
      .filter(([, owner]) => owner === writer)
      .map(([, , change = 0]) => change)
    for (let change = Math.max(0, ...done) + 1; ; change++) {
      await store.commit(unitOf(writer, change))
      const { sequence, digest } = store.anchor()
      writeSync(1, `ack ${writer} ${change} ${sequence} ${digest}\n`)
    }
  }
  const results = await Promise.allSettled(
    Array.from({ length: Number(writers) }, (_, writer) => write(writer)),
  )
  for (const result of results) {
    if (result.status === 'fulfilled' || !isKeeperError(result.reason)) continue
    writeSync(1, `refused ${result.reason.code} ${String(result.reason.details['reason'])}\n`)
  }
  if (mode !== 'until-failure') process.exit(1)
  // The store stays readable, and refuses to go on as if nothing had happened.
  const page = await store.list('key', { tenant: DEFAULT_TENANT, limit: 100 })
  const again = await store.commit({ puts: [putKey(DEFAULT_TENANT, 900)] }).then(
    () => 'accepted',
    () => 'refused',
  )
  writeSync(1, `after ${page.damaged.length} ${again} ${store.failure?.code ?? 'none'}\n`)
  process.exit(0)
}

if (import.meta.main) await run()
