import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { DEFAULT_TENANT, isKeeperError } from '@claviger/core'
import { putKey, sampleId } from '@claviger/testkit'
import { openStore, removeFolder, temporaryFolder } from './temporary-store.ts'

const A = DEFAULT_TENANT

const refuses = (code: string, message: RegExp) => (error: unknown) =>
  isKeeperError(error) &&
  error.code === code &&
  message.test(error.message) &&
  !error.message.includes('\n')

describe('opening a store', () => {
  let folder: string
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => removeFolder(folder))

  test('makes its folder and files for the owner only', async () => {
    const inner = join(folder, 'a', 'b')
    const store = openStore(inner)
    await store.commit({ puts: [putKey(A, 1)] })
    assert.equal(statSync(inner).mode & 0o777, 0o700)
    for (const file of ['store.db', 'store.db-wal', 'store.lock']) {
      assert.equal(statSync(join(inner, file)).mode & 0o777, 0o600, file)
    }
    await store.close()
    assert.throws(() => statSync(join(inner, 'store.db-wal')), 'closing checkpoints')
  })

  test('refuses a folder that another keeper has, and takes it once that is gone', async () => {
    const first = openStore(folder)
    assert.throws(() => openStore(folder), refuses('store-unavailable', /another keeper runs/))
    await first.commit({ puts: [putKey(A, 1)] })
    await first.close()
    const second = openStore(folder)
    assert.equal((await second.get('key', A, sampleId(1)))?.revision, 1)
    await second.close()
  })

  test('refuses a database of a newer release, and one that another release changed', async () => {
    await openStore(folder).close()
    const edit = (sql: string) => {
      const database = new DatabaseSync(join(folder, 'store.db'))
      database.exec(sql)
      database.close()
    }
    edit('UPDATE migration SET checksum = 1 WHERE number = 1')
    assert.throws(() => openStore(folder), refuses('store-unavailable', /schema change 1/))
    edit('INSERT INTO migration VALUES (99, 1)')
    assert.throws(() => openStore(folder), refuses('store-unavailable', /schema 99/))
  })

  test('says in one line what is wrong with a file or folder', () => {
    const file = join(folder, 'file')
    writeFileSync(file, 'x')
    assert.throws(() => openStore(file), refuses('store-unavailable', /data folder/))
    mkdirSync(join(folder, 'junk'))
    writeFileSync(join(folder, 'junk', 'store.db'), 'not a database'.repeat(500))
    assert.throws(() => openStore(join(folder, 'junk')), refuses('integrity', /damaged/))
  })

  // Root may read everything; test/scenario shows the same of the whole server under another user.
  if (process.getuid?.() !== 0) {
    test('says that a folder is unreadable', () => {
      chmodSync(folder, 0)
      assert.throws(() => openStore(folder), refuses('store-unavailable', /permissions/))
      chmodSync(folder, 0o700)
    })
  }

  test('refuses what is asked of it once closed', async () => {
    const store = openStore(folder)
    await store.close()
    await store.close()
    const isClosed = refuses('store-unavailable', /closed/)
    await assert.rejects(store.get('key', A, 'x'), isClosed)
    await assert.rejects(store.commit({ puts: [] }), isClosed)
  })

  test('refuses records it cannot keep, and keeps those beside them', async () => {
    const store = openStore(folder)
    const results = await Promise.allSettled([
      store.commit({ puts: [putKey(A, 1, { description: 'x'.repeat(1 << 21) })] }),
      store.commit({ puts: [putKey(A, 2, { name: 'with\0nul' })] }),
      store.commit({ puts: [putKey(A, 3, { labels: { long: 'x'.repeat(2_000) } })] }),
      store.commit({ puts: [putKey(A, 4, { description: '\ud800' })] }),
      store.commit({ puts: [putKey(A, 5)] }),
    ])
    const codes = results.map((result) =>
      result.status === 'rejected' ? (result.reason as { code: string }).code : 'kept',
    )
    assert.deepEqual(codes, ['too-large', 'invalid-input', 'too-large', 'invalid-input', 'kept'])
    const page = await store.list('key', { tenant: A, limit: 10 })
    assert.equal(page.records.length, 1)
    await store.close()
  })
})
