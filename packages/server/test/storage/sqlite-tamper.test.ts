import assert from 'node:assert/strict'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import {
  DEFAULT_TENANT,
  isKeeperError,
  KeeperError,
  type Store,
  type TenantId,
} from '@claviger/core'
import { putKey, putVersion, sampleId, withOutbox } from '@claviger/testkit'
import type { StoreAnchor, StoreDamage } from '../../src/storage/sqlite/sqlite-store.ts'
import { fixedGuard, openStore, removeFolder, temporaryFolder } from './temporary-store.ts'

const A = DEFAULT_TENANT
const B = 'other' as TenantId
const ROW = 'kind, tenant, id, revision, value, indexed, mac'

/** A damage that names what it is about. */
const names = (kind: string, id: string) => (error: unknown) =>
  isKeeperError(error) &&
  error.code === 'integrity' &&
  error.details['kind'] === kind &&
  error.details['id'] === id &&
  error.message.includes(id)

describe('a store that somebody else wrote to', () => {
  let folder: string
  let known: StoreAnchor

  beforeEach(async () => {
    folder = temporaryFolder()
    const store = openStore(folder)
    for (let number = 1; number <= 5; number++) {
      const puts = [putKey(A, number, { labels: { n: `${number}` } }), putVersion(A, number, 1)]
      await store.commit(withOutbox(puts, `e-${number}`))
    }
    await store.commit({ puts: [putVersion(A, 1, 2), putKey(B, 1), putKey(B, 9)] })
    known = store.anchor()
    await store.close()
  })
  afterEach(() => removeFolder(folder))

  function sql(statement: string, ...values: (string | number | Uint8Array)[]): void {
    const database = new DatabaseSync(join(folder, 'store.db'))
    const { changes } = database.prepare(statement).run(...values)
    database.close()
    assert.notEqual(changes, 0, 'the tampering changed something')
  }

  function rows(where: string): Record<string, unknown>[] {
    const database = new DatabaseSync(join(folder, 'store.db'))
    const found = database.prepare(`SELECT row, ${ROW} FROM record WHERE ${where}`).all()
    database.close()
    return found
  }

  function overwrite(row: unknown, other: Record<string, unknown>): void {
    const columns = ROW.split(', ')
    sql(
      `UPDATE record SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE row = ?`,
      ...columns.map((column) => other[column] as string),
      row as number,
    )
  }

  async function reopened<T>(use: (store: Store) => Promise<T>): Promise<T> {
    const store = openStore(folder, { knownAnchor: known })
    try {
      return await use(store)
    } finally {
      await store.close()
    }
  }

  /** Key 3 is named by every read that meets it, and nothing else is affected. */
  async function assertKeyThreeNamed(): Promise<void> {
    await reopened(async (store) => {
      await assert.rejects(store.get('key', A, sampleId(3)), names('key', sampleId(3)))
      await assert.rejects(store.getByName('key', A, 'key-3'), names('key', sampleId(3)))
      const page = await store.list('key', { tenant: A, limit: 10 })
      assert.deepEqual(
        page.records.map(({ id }) => id),
        [1, 2, 4, 5].map(sampleId),
      )
      assert.deepEqual(page.damaged, [sampleId(3)])
      const change = putKey(A, 3, { owner: 'x' }, 1)
      await assert.rejects(store.commit({ puts: [change] }), names('key', sampleId(3)))
      await store.commit({ puts: [putKey(A, 6)] })
      assert.equal((await store.get('key', A, sampleId(2)))?.revision, 1)
    })
  }

  const edits = {
    'an edited value': `value = replace(value, '"aes-256"', '"aes-128"')`,
    'an edited index': `indexed = replace(indexed, '"n=3"', '"n=4"'), mac = randomblob(32)`,
    'another revision': 'revision = 2',
    'another tenant': `tenant = 'other'`,
    'another id': `id = '${sampleId(4)}'`,
    'another kind': `kind = 'object'`,
    'another MAC': 'mac = randomblob(32)',
    'a shorter MAC': 'mac = substr(mac, 1, 16)',
    'an empty MAC': `mac = x''`,
  }
  for (const [title, change] of Object.entries(edits)) {
    test(`${title} is named`, async () => {
      sql(
        `UPDATE record SET ${change} WHERE kind = 'key' AND tenant = ? AND id = ?`,
        A,
        sampleId(3),
      )
      await assertKeyThreeNamed()
    })
  }

  test('a deleted row is named, not missed', async () => {
    sql(`DELETE FROM record WHERE kind = 'key' AND tenant = ? AND id = ?`, A, sampleId(3))
    await assertKeyThreeNamed()
  })

  test('a row put back from an older copy is named', async () => {
    const [older] = rows(`kind = 'key' AND tenant = '${A}' AND id = '${sampleId(3)}'`)
    assert.ok(older)
    const store = openStore(folder)
    await store.commit({ puts: [putKey(A, 3, { owner: 'newer' }, 1)] })
    known = store.anchor()
    await store.close()
    overwrite(older['row'], older)
    await reopened(async (again) => {
      await assert.rejects(again.get('key', A, sampleId(3)), names('key', sampleId(3)))
    })
  })

  test('a row of a deleted and remade record is named', async () => {
    const where = `kind = 'key' AND tenant = '${A}' AND id = '${sampleId(3)}'`
    const [older] = rows(where)
    assert.ok(older)
    const store = openStore(folder)
    const gone = { kind: 'key', tenant: A, id: sampleId(3), expected: 1 } as const
    await store.commit({ puts: [], deletes: [gone] })
    await store.commit({ puts: [putKey(A, 3, { owner: 'newer' })] })
    known = store.anchor()
    await store.close()
    overwrite(rows(where)[0]?.['row'], older)
    await reopened(async (again) => {
      await assert.rejects(again.get('key', A, sampleId(3)), names('key', sampleId(3)))
    })
  })

  test('rows swapped between keys, versions and tenants are named', async () => {
    const swap = (left: string, right: string) => {
      const [one] = rows(left)
      const [two] = rows(right)
      assert.ok(one && two)
      overwrite(one['row'], two)
      overwrite(two['row'], one)
    }
    const of = (kind: string, tenant: string, id: string) =>
      `kind = '${kind}' AND tenant = '${tenant}' AND id = '${id}'`
    swap(of('key', A, sampleId(2)), of('key', A, sampleId(3)))
    swap(of('key', A, sampleId(1)), of('key', B, sampleId(1)))
    swap(of('key-version', A, `${sampleId(1)}/1`), of('key-version', A, `${sampleId(1)}/2`))
    await reopened(async (store) => {
      for (const number of [1, 2, 3]) {
        const id = sampleId(number)
        await assert.rejects(store.get('key', A, id), names('key', id))
      }
      await assert.rejects(store.get('key', B, sampleId(1)), names('key', sampleId(1)))
      for (const version of [1, 2]) {
        const id = `${sampleId(1)}/${version}`
        await assert.rejects(store.get('key-version', A, id), names('key-version', id))
      }
      assert.equal((await store.get('key', A, sampleId(4)))?.revision, 1)
    })
  })

  test('an index page that was edited or dropped is named, never silently shorter', async () => {
    for (const tampering of ['UPDATE node SET body = zeroblob(9)', 'DELETE FROM node']) {
      sql(tampering)
      await reopened(async (store) => {
        await assert.rejects(store.get('key', A, sampleId(1)), isIntegrity)
        const page = await store.list('key', { tenant: A, limit: 10 })
        assert.equal(page.records.length, 0)
        assert.match(page.damaged.join(), /^index-page \d+$/)
      })
    }
  })

  test('an edited or dropped outbox entry is named', async () => {
    sql(`UPDATE outbox SET entry = '{}' WHERE id = 'e-2'`)
    await reopened(async (store) => {
      await assert.rejects(store.pendingOutbox(), names('outbox', 'e-2'))
    })
    sql(`DELETE FROM outbox WHERE id = 'e-2'`)
    await reopened(async (store) => {
      await assert.rejects(store.pendingOutbox(), names('outbox', 'e-2'))
      assert.equal((await store.get('key', A, sampleId(1)))?.revision, 1)
    })
  })

  test('a state that was edited is refused at the first use', async () => {
    sql('UPDATE state SET sequence = sequence + 1')
    await reopened(async (store) => {
      await assert.rejects(store.get('key', A, sampleId(1)), isIntegrity)
      await assert.rejects(store.commit({ puts: [putKey(A, 7)] }), isIntegrity)
    })
    sql(`UPDATE state SET sequence = 0, root = 0, digest = x'', mac = x''`)
    const store = openStore(folder)
    await assert.rejects(store.get('key', A, sampleId(1)), isIntegrity)
    await store.close()
  })

  test('an older copy of the whole database is refused', async () => {
    const copy = join(folder, 'copy.db')
    copyFileSync(join(folder, 'store.db'), copy)
    const older = known
    const store = openStore(folder)
    await store.commit({ puts: [putKey(A, 8)] })
    known = store.anchor()
    await store.close()
    assert.equal(known.sequence, older.sequence + 1)
    const newer = join(folder, 'newer.db')
    copyFileSync(join(folder, 'store.db'), newer)
    copyFileSync(copy, join(folder, 'store.db'))
    assert.throws(
      () => openStore(folder, { knownAnchor: known }),
      (error) => isIntegrity(error) && /older than an acknowledged change/.test(error.message),
    )
    const forked = openStore(folder)
    await forked.commit({ puts: [putKey(A, 8, { owner: 'fork' })] })
    assert.equal(forked.anchor().sequence, known.sequence)
    await forked.close()
    assert.throws(() => openStore(folder, { knownAnchor: known }), isIntegrity)
    copyFileSync(newer, join(folder, 'store.db'))
    rmSync(join(folder, 'store.db-wal'), { force: true })
    await openStore(folder, { knownAnchor: older }).close()
  })

  test('due queries go on past damage and tell of it', async () => {
    const store = openStore(folder)
    await store.commit({
      puts: [putKey(A, 20, { destroyAt: 5 }), putKey(A, 21, { destroyAt: 6 })],
    })
    known = store.anchor()
    await store.close()
    sql(`UPDATE record SET value = '{}' WHERE id = '${sampleId(20)}'`)
    const told: StoreDamage[] = []
    const again = openStore(folder, { onDamage: (damage) => void told.push(damage) })
    const due = await again.due('key', 10, 10)
    assert.deepEqual(
      due.map(({ id }) => id),
      [sampleId(21)],
    )
    assert.deepEqual(told, [{ kind: 'key', id: sampleId(20) }])
    await again.close()
  })

  test('a sealed keeper opens its store and is refused what needs a key', async () => {
    let isSealed = true
    const open = fixedGuard()
    const store = openStore(folder, {
      knownAnchor: known,
      guard: {
        mac: (tenant, message) => {
          if (isSealed) throw new KeeperError('sealed', 'unseal the keeper first')
          return open.mac(tenant, message)
        },
      },
    })
    const isRefused = (error: unknown) => isKeeperError(error) && error.code === 'sealed'
    await assert.rejects(store.get('key', A, sampleId(1)), isRefused)
    await assert.rejects(store.commit({ puts: [putKey(A, 30)] }), isRefused)
    assert.deepEqual(store.anchor(), known)
    isSealed = false
    assert.equal((await store.get('key', A, sampleId(1)))?.revision, 1)
    await store.close()
  })
})

function isIntegrity(error: unknown): error is KeeperError {
  return isKeeperError(error) && error.code === 'integrity'
}
