import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { verifyLog } from '../src/index.ts'
import { generateKey, MemoryLog, makeEntries, ORIGIN, sha256, type TestKey } from './memory-log.ts'

const SIZE = 700
const entries = makeEntries(SIZE)

describe('verifyLog', () => {
  let key: TestKey
  let saved: Uint8Array

  before(async () => {
    key = generateKey('ed25519')
    saved = await new MemoryLog().sign(entries.slice(0, 300), [key.signer])
  })

  const makeLog = async (list = entries) => {
    const log = new MemoryLog().tile(list)
    await log.sign(list, [key.signer])
    return log
  }
  const verify = (source: MemoryLog, note?: Uint8Array) =>
    verifyLog({ source, sha256, verifiers: [key.verifier], origin: ORIGIN, saved: note })

  it('accepts an intact log that begins with the saved tree', async () => {
    const result = await verify(await makeLog(), saved)
    assert.equal(result.entries, SIZE)
    assert.equal(result.saved?.size, 300)
    assert.deepEqual([result.bundles, result.tiles], [3, 4])
  })

  it('accepts the empty log', async () => {
    const empty = await makeLog([])
    const note = empty.files.get('checkpoint')
    assert.equal((await verify(empty, note)).entries, 0)
    assert.equal((await verify(await makeLog(), note)).entries, SIZE)
  })

  it('reads a full tile where the partial one was replaced', async () => {
    const log = await makeLog(entries.slice(0, 300))
    const longer = new MemoryLog().tile(entries.slice(0, 512))
    for (const path of ['tile/0/001', 'tile/entries/001']) {
      log.files.delete(`${path}.p/44`)
      log.files.set(path, longer.files.get(path) as Uint8Array)
    }
    assert.equal((await verify(log)).entries, 300)
  })

  it('refuses a flipped bit in any file', async () => {
    const intact = await makeLog()
    for (const [path, bytes] of intact.files) {
      for (let at = 0; at < bytes.length; at += Math.max(1, Math.floor(bytes.length / 40))) {
        const log = new MemoryLog()
        for (const [name, content] of intact.files) log.files.set(name, content)
        const changed = Uint8Array.from(bytes)
        changed[at] = (changed[at] as number) ^ 0x01
        log.files.set(path, changed)
        await assert.rejects(verify(log), { name: 'TlogError' }, `${path} at ${at}`)
      }
    }
  })

  it('names the first entry that was changed', async () => {
    const log = await makeLog()
    const other = new MemoryLog().tile(entries.with(600, Buffer.from('{"id":"event-6oo"}')))
    log.files.set('tile/entries/002.p/188', other.files.get('tile/entries/002.p/188') as Uint8Array)
    await assert.rejects(verify(log), {
      code: 'entry-mismatch',
      message: /^entry 600 .*tile\/0\/002/,
    })
  })

  it('names the tile that does not follow from those below', async () => {
    const log = await makeLog()
    const tile = Uint8Array.from(log.files.get('tile/1/000.p/2') as Uint8Array)
    tile[32] = (tile[32] as number) ^ 1
    log.files.set('tile/1/000.p/2', tile)
    await assert.rejects(verify(log), {
      code: 'tile-mismatch',
      message: /tile\/1\/000\.p\/2.*hash 1/,
    })
  })

  it('refuses a log rewritten before the saved checkpoint, signed anew', async () => {
    const rewritten = await makeLog(entries.with(10, Buffer.from('{}')))
    await assert.rejects(verify(rewritten, saved), { code: 'inconsistent' })
    assert.equal((await verify(rewritten)).entries, SIZE)
  })

  it('refuses a log shorter than the saved checkpoint', async () => {
    await assert.rejects(verify(await makeLog(entries.slice(0, 200)), saved), {
      code: 'inconsistent',
    })
  })

  it('refuses a missing file and another origin', async () => {
    const log = await makeLog()
    log.files.delete('tile/0/001')
    await assert.rejects(verify(log), { code: 'missing', message: /tile\/0\/001/ })
    await assert.rejects(verify(new MemoryLog()), { code: 'missing' })
    const options = { source: log, sha256, verifiers: [key.verifier], origin: 'other.example/log' }
    await assert.rejects(verifyLog(options), { code: 'wrong-origin' })
  })
})
