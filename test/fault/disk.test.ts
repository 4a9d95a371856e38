import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { KeptPromises } from './support/kept-promises.ts'
import { OfflineLog } from './support/offline-log.ts'
import type { RestClient } from './support/rest-client.ts'
import { ServerProcess } from './support/server-process.ts'
import { hasCommand, isRoot, temporaryFolder } from './support/temporary-folder.ts'

const DISK = '24m'
const CHUNK_BYTES = 64 * 1024
const RECOVERY_MS_MAX = 20_000

/** A small disk of its own; undefined with a skip where it cannot be had. */
function smallDisk(t: TestContext): string | undefined {
  if (process.platform !== 'linux' || !isRoot || !hasCommand('mount')) {
    t.skip('needs root and mount: apt-get install mount')
    return undefined
  }
  // Hooks run in the order in which they are given: unmounted first, then removed.
  t.after(() => spawnSync('umount', ['-l', folder]))
  const folder = temporaryFolder(t)
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', folder])
  if (status !== 0) {
    t.skip('needs leave to mount a tmpfs: run as root outside a container')
    return undefined
  }
  return folder
}

/** Takes all space but so much. */
function fill(folder: string, leaveBytes: number): string {
  const path = join(folder, 'ballast')
  const file = openSync(path, 'a')
  try {
    for (const bytes of [CHUNK_BYTES, 4_096]) {
      const chunk = Buffer.alloc(bytes)
      for (;;) {
        try {
          if (writeSync(file, chunk) < bytes) break
        } catch {
          break
        }
      }
    }
  } finally {
    closeSync(file)
  }
  if (leaveBytes > 0) spawnSync('truncate', ['-s', `-${leaveBytes}`, path])
  return path
}

async function isReady(anyone: RestClient): Promise<boolean> {
  return (await anyone.call('GET', '/health/ready')).status === 200
}

async function untilReady(anyone: RestClient): Promise<void> {
  const until = Date.now() + RECOVERY_MS_MAX
  while (!(await isReady(anyone))) {
    assert.ok(Date.now() < until, 'the service did not come back by itself')
    await delay(100)
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  const entries: string[] = []
  await new OfflineLog(folder).verify((_, text) => entries.push(text))
  return entries
}

function assertOneLine({ stderr, code }: { stderr: string; code: number | null }, says: RegExp) {
  assert.equal(code, 1, stderr)
  assert.match(stderr, says)
  assert.equal(stderr.trim().split('\n').length, 1, stderr)
}

test('a full disk refuses, says why, loses nothing, and the service comes back by itself', {
  timeout: 120_000,
}, async (t) => {
  const folder = smallDisk(t)
  if (folder === undefined) return
  const server = await ServerProcess.start(folder)
  t.after(() => server.signal('SIGKILL'))
  const officer = server.client()
  const anyone = server.client({ token: undefined })
  const promises = new KeptPromises()
  for (let step = 0; step < 5; step++) assert.equal(await promises.step(officer), undefined)
  const ballast = fill(folder, 512 * 1024)
  const refusal = await promises.untilRefused(officer)
  assert.equal(refusal.status, 503)
  assert.ok(['log-unavailable', 'store-unavailable'].includes(refusal.json.code), refusal.text)
  assert.match(refusal.json.detail, /disk/)
  assert.ok(Number(refusal.headers['retry-after']) > 0)
  fill(folder, 0)

  // Whatever cannot be written down is not done: creations, and reads and decryption as well.
  const [kept] = promises.promised
  assert.ok(kept !== undefined)
  await promises.step(officer)
  const { ciphertext } = kept
  const closed = await officer.call('POST', `/v1/keys/${kept.id}/decrypt`, { ciphertext })
  assert.equal(closed.json.code, 'log-unavailable', closed.text)
  assert.equal('plaintext' in closed.json, false)
  assert.equal((await officer.call('GET', `/v1/keys/${kept.id}`)).json.code, 'log-unavailable')
  const health = await anyone.call('GET', '/health/ready')
  assert.equal(health.status, 503)
  assert.equal(health.json.logFailing, true)
  assert.equal((await anyone.call('GET', '/health/live')).status, 200)
  assert.match(server.stderr, /ENOSPC|full/, 'the operator is told why')

  rmSync(ballast)
  await untilReady(anyone)
  assert.match(server.stderr, /accepts again/)
  assert.equal(await promises.step(officer), undefined)
  await promises.assertKept(officer)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
  promises.assertTold(await entriesOf(folder))

  await t.test('a start on a full disk says so in one line', async () => {
    fill(folder, 0)
    assertOneLine(await ServerProcess.run(folder), /full/)
    const fresh = join(folder, 'fresh')
    assertOneLine(await ServerProcess.run(fresh), /full/)
    rmSync(join(folder, 'ballast'))
    rmSync(fresh, { recursive: true, force: true })
    const again = await ServerProcess.start(folder)
    await promises.assertKept(again.client())
    await again.stop()
  })
})

/** Makes every sync of a running process fail, from some call of each of its threads on. */
async function failSyncs(pid: number, from: number): Promise<ChildProcess> {
  const inject = `inject=fdatasync,fsync:error=EIO:when=${from}+`
  const args = ['-f', '-p', String(pid), '-o', '/dev/null', '-e', inject]
  const tracer = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  for await (const chunk of tracer.stderr) {
    said += String(chunk)
    if (said.includes('attached')) break
  }
  return tracer
}

for (const from of [1, 4]) {
  test(`a disk whose syncs fail from call ${from} of each thread on acknowledges nothing it may lose`, {
    timeout: 120_000,
  }, async (t) => {
    if (process.platform !== 'linux' || !hasCommand('strace')) {
      return t.skip('needs strace: apt-get install strace')
    }
    const folder = temporaryFolder(t)
    const server = await ServerProcess.start(folder)
    t.after(() => server.signal('SIGKILL'))
    const officer = server.client()
    const anyone = server.client({ token: undefined })
    const promises = new KeptPromises()
    for (let step = 0; step < 5; step++) assert.equal(await promises.step(officer), undefined)
    const tracer = await failSyncs(server.pid, from)
    t.after(() => tracer.kill('SIGKILL'))
    if (tracer.exitCode !== null) return t.skip('needs leave to trace: run as root')

    const refusal = await promises.untilRefused(officer, 5_000)
    assert.equal(refusal.status, 503, refusal.text)
    assert.match(refusal.json.detail, /disk/)
    // More of the same: what is refused stays refused, and nothing crashes.
    for (let step = 0; step < 5; step++) {
      assert.equal((await promises.step(officer))?.status, 503)
    }
    assert.equal(await isReady(anyone), false)
    assert.match(server.stderr, /EIO|fails/, 'the operator is told why')
    assert.equal(server.stderr.includes('    at '), false, server.stderr)

    // It stops when told to, failing or not; what it could not write it says.
    const stopped = await Promise.race([server.stop(), delay(30_000, undefined, { ref: false })])
    assert.ok(stopped !== undefined, 'it stops')
    assert.equal(stopped.signal, null)
    tracer.kill('SIGINT')

    const again = await ServerProcess.start(folder)
    await promises.assertKept(again.client())
    assert.equal(await promises.step(again.client()), undefined)
    assert.deepEqual(await again.stop(), { code: 0, signal: null })
    promises.assertTold(await entriesOf(folder))
  })
}

test('syncs that fail for a while: the log recovers, or says that a restart is needed', {
  timeout: 120_000,
}, async (t) => {
  if (process.platform !== 'linux' || !hasCommand('strace')) {
    return t.skip('needs strace: apt-get install strace')
  }
  const folder = temporaryFolder(t)
  const server = await ServerProcess.start(folder)
  t.after(() => server.signal('SIGKILL'))
  const officer = server.client()
  const promises = new KeptPromises()
  for (let step = 0; step < 3; step++) assert.equal(await promises.step(officer), undefined)
  const [kept] = promises.promised
  assert.ok(kept !== undefined)
  const tracer = await failSyncs(server.pid, 1)
  if (tracer.exitCode !== null) return t.skip('needs leave to trace: run as root')
  await promises.untilRefused(officer, 5_000)
  tracer.kill('SIGINT')
  await untilReady(server.client({ token: undefined }))
  // Reading and decrypting need the log only.
  const { ciphertext, plaintext } = kept
  const opened = await officer.ok('POST', `/v1/keys/${kept.id}/decrypt`, { ciphertext })
  assert.equal(opened.plaintext, plaintext)
  const next = await promises.step(officer)
  if (next !== undefined) assert.match(next.json.detail, /restart/)
  assert.equal((await server.stop()).signal, null)
  const again = await ServerProcess.start(folder)
  await promises.assertKept(again.client())
  await again.stop()
  promises.assertTold(await entriesOf(folder))
})
