import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DEFAULT_TENANT, isKeeperError } from '@claviger/core'
import { putKey, sampleId, withOutbox } from '@claviger/testkit'
import {
  openStore,
  removeFolder,
  temporaryFolder,
} from '../../packages/server/test/storage/temporary-store.ts'
import { assertWhole, nothingAcknowledged, readAcknowledged } from './storage-model.ts'

const isRoot = process.getuid?.() === 0
const has = (command: string) => spawnSync('which', [command]).status === 0

for (const writer of ['thread', 'inline'] as const) {
  test(`a full disk refuses changes and not reads, and recovers (${writer})`, async (t) => {
    if (!isRoot || !has('mount')) return t.skip('needs root: mounts a small tmpfs')
    const folder = temporaryFolder()
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder])
    if (mounted.status !== 0) return t.skip('needs leave to mount a tmpfs')
    try {
      const ballast = join(folder, 'ballast')
      writeFileSync(ballast, Buffer.alloc(1 << 20))
      const store = openStore(folder, { writer })
      const kept: number[] = []
      let refusal: unknown
      for (let number = 0; refusal === undefined && number < 5_000; number++) {
        await store
          .commit(withOutbox([putKey(DEFAULT_TENANT, number)], `e-${number}`))
          .then(() => kept.push(number))
          .catch((error: unknown) => {
            refusal = error
          })
      }
      assert.ok(isKeeperError(refusal), String(refusal))
      assert.equal(refusal.code, 'store-unavailable')
      assert.equal(refusal.details['reason'], 'disk-full')
      assert.ok(kept.length > 5)
      await assert.rejects(store.commit({ puts: [putKey(DEFAULT_TENANT, 9_000)] }))
      for (const number of kept) {
        assert.equal((await store.get('key', DEFAULT_TENANT, sampleId(number)))?.revision, 1)
      }
      rmSync(ballast)
      await store.commit({ puts: [putKey(DEFAULT_TENANT, 9_001)] })
      const knownAnchor = store.anchor()
      await store.close()
      const again = openStore(folder, { knownAnchor })
      assert.equal((await again.pendingOutbox()).length, kept.length)
      assert.equal(await again.get('key', DEFAULT_TENANT, sampleId(9_000)), undefined)
      assert.ok(await again.get('key', DEFAULT_TENANT, sampleId(9_001)))
      await again.close()
    } finally {
      spawnSync('umount', [folder])
      removeFolder(folder)
    }
  })
}

for (const after of [1, 4, 15]) {
  test(`a disk that fails its sync after ${after} stops changes for good`, async (t) => {
    if (!has('strace')) return t.skip('needs strace: apt-get install strace')
    const folder = temporaryFolder()
    const seed = openStore(folder)
    await seed.commit({ puts: [putKey(DEFAULT_TENANT, 500)] })
    await seed.close()
    const inject = `inject=fsync,fdatasync:error=EIO:when=${after}+`
    const { stdout, status } = spawnSync(
      'strace',
      [
        '-f',
        '-qq',
        '-o',
        '/dev/null',
        '-e',
        'trace=fsync,fdatasync',
        '-e',
        inject,
        process.execPath,
        join(import.meta.dirname, 'storage-workload.ts'),
        folder,
        '4',
        'until-failure',
      ],
      { encoding: 'utf8', timeout: 60_000 },
    )
    assert.equal(status, 0, stdout)
    assert.match(stdout, /refused store-unavailable io-error/)
    assert.match(stdout, /after 0 refused store-unavailable/)
    const acknowledged = nothingAcknowledged()
    readAcknowledged(stdout, acknowledged)
    const store = openStore(folder, {
      ...(acknowledged.anchor !== undefined && { knownAnchor: acknowledged.anchor }),
    })
    await assertWhole(store, 4, acknowledged)
    await store.close()
    removeFolder(folder)
  })
}
