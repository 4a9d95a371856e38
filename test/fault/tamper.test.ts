import assert from 'node:assert/strict'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { tmpdir } from 'node:os'
import { OfflineLog } from './support/offline-log.ts'
import type { RestClient } from './support/rest-client.ts'
import { ServerProcess } from './support/server-process.ts'
import { type StoredColumns, StoredRows } from './support/stored-rows.ts'

const PLAINTEXT = Buffer.from('opens only when nothing was tampered with').toString('base64')
/** Bytes of each file that are flipped, one a start. */
const FLIPS = Number(process.env['CLAVIGER_TAMPER_FLIPS'] ?? 5)

interface Prepared {
  readonly folder: string
  readonly victim: string
  readonly other: string
  readonly ciphertexts: Readonly<Record<string, string>>
  /** The victim's rows and the whole store before it was suspended and destroyed in part. */
  readonly earlier: { readonly key: StoredColumns; readonly version: StoredColumns }
}

/** A keeper with some keys and a history, stopped; and what a thief of its disk kept from before. */
async function prepare(folder: string): Promise<Prepared> {
  const first = await ServerProcess.start(folder)
  const officer = first.client()
  const ids: Record<string, string> = {}
  const ciphertexts: Record<string, string> = {}
  for (const name of ['victim', 'other']) {
    const { key } = await officer.ok('POST', '/v1/keys', { name, spec: 'aes-256' })
    ids[name] = key.id
    const body = { plaintext: PLAINTEXT }
    ciphertexts[key.id] = (await officer.ok('POST', `/v1/keys/${name}/encrypt`, body)).ciphertext
  }
  await first.stop()
  const { victim = '', other = '' } = ids
  const rows = new StoredRows(folder)
  const earlier = {
    key: rows.read('key', victim),
    version: rows.read('key-version', `${victim}/1`),
  }
  cpSync(join(folder, 'data', 'store'), join(folder, 'store-before'), { recursive: true })
  const second = await ServerProcess.start(folder)
  await second.client().ok('POST', `/v1/keys/victim/rotate`, {})
  await second.client().ok('POST', `/v1/keys/victim/destroy`, { windowDays: 0, version: 1 })
  await second.stop()
  return { folder, victim, other, ciphertexts, earlier }
}

describe('a keeper whose disk somebody wrote to while it was stopped', { timeout: 300_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), 'claviger-tamper-'))
  let prepared: Prepared
  let copies = 0
  before(async () => {
    prepared = await prepare(join(root, 'original'))
  })
  after(() => rmSync(root, { recursive: true, force: true }))

  function copy(): string {
    const folder = join(root, `copy-${++copies}`)
    cpSync(prepared.folder, folder, { recursive: true })
    return folder
  }

  /** The victim is named and never opens; the other key serves as before. */
  async function assertNamed(folder: string, damaged: string): Promise<void> {
    const server = await ServerProcess.start(folder)
    const officer = server.client()
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['POST', '/encrypt', { plaintext: PLAINTEXT }],
      ['POST', '/decrypt', { ciphertext: prepared.ciphertexts[prepared.victim] }],
      ['POST', '/rotate', {}],
    ] as const) {
      const reply = await officer.call(method, `/v1/keys/${prepared.victim}${path}`, body)
      const told = `${method} ${path}: ${reply.text}`
      assert.ok(reply.status >= 400, told)
      assert.ok(!reply.text.includes(PLAINTEXT), told)
      // What needs no damaged record may refuse for a reason of its own: version 1 is destroyed.
      if (reply.json.code === 'wrong-state') continue
      assert.equal(reply.json.code, 'integrity', told)
      assert.ok(reply.text.includes(damaged), told)
    }
    await assertOtherServes(officer)
    assert.deepEqual(await server.stop(), { code: 0, signal: null })
    assert.equal(server.stderr.includes('    at '), false, server.stderr)
  }

  async function assertOtherServes(officer: RestClient): Promise<void> {
    const path = `/v1/keys/${prepared.other}`
    const body = { ciphertext: prepared.ciphertexts[prepared.other] }
    assert.equal((await officer.ok('POST', `${path}/decrypt`, body)).plaintext, PLAINTEXT)
    assert.equal((await officer.ok('POST', `${path}/rotate`, {})).key.lastVersion, 2)
  }

  for (const kind of ['key', 'key-version'] as const) {
    const id = () => (kind === 'key' ? prepared.victim : `${prepared.victim}/2`)

    test(`flipped bytes of a ${kind}`, async () => {
      const folder = copy()
      const rows = new StoredRows(folder)
      const found = rows.read(kind, id())
      const value = `${found.value as string}`
      const at = value.length >> 1
      const flipped = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1)
      rows.overwrite(kind, id(), { ...found, value: flipped })
      await assertNamed(folder, id())
    })

    test(`a ${kind} that is gone`, async () => {
      const folder = copy()
      new StoredRows(folder).delete(kind, id())
      await assertNamed(folder, id())
    })

    test(`the row of another ${kind} in its place`, async () => {
      const folder = copy()
      const rows = new StoredRows(folder)
      const other = kind === 'key' ? prepared.other : `${prepared.other}/1`
      rows.overwrite(kind, id(), rows.read(kind, other))
      await assertNamed(folder, id())
    })
  }

  test('an older copy of one row: the key before it was rotated', async () => {
    const folder = copy()
    new StoredRows(folder).overwrite('key', prepared.victim, prepared.earlier.key)
    await assertNamed(folder, prepared.victim)
  })

  test('an older copy of one row: the material of a version since destroyed does not come back', async () => {
    const folder = copy()
    new StoredRows(folder).overwrite(
      'key-version',
      `${prepared.victim}/1`,
      prepared.earlier.version,
    )
    const server = await ServerProcess.start(folder)
    const officer = server.client()
    const body = { ciphertext: prepared.ciphertexts[prepared.victim] }
    const reply = await officer.call('POST', `/v1/keys/${prepared.victim}/decrypt`, body)
    assert.equal(reply.json.code, 'integrity', reply.text)
    assert.ok(reply.text.includes(`${prepared.victim}/1`), reply.text)
    await assertOtherServes(officer)
    await server.stop()
  })

  test('an older copy of the whole store is refused in one line', async () => {
    const folder = copy()
    rmSync(join(folder, 'data', 'store'), { recursive: true })
    cpSync(join(folder, 'store-before'), join(folder, 'data', 'store'), { recursive: true })
    const { code, stderr } = await ServerProcess.run(folder)
    assert.equal(code, 1, stderr)
    assert.match(stderr, /older/)
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
  })

  for (const [name, names] of [
    ['seal.json', /seal/],
    ['log-keys.json', /log-keys\.json|checkpoint/],
    ['log/journal/*.journal', /journal|data\/log/],
    ['log/checkpoint', /checkpoint/],
  ] as const) {
    test(`flipped bytes of ${name}: named in one line, or without effect`, async (t) => {
      let refused = 0
      for (let flip = 0; flip < FLIPS; flip++) {
        const folder = copy()
        const [path = ''] = globSync(join(folder, 'data', name))
        flipByte(path, (flip + 0.5) / FLIPS)
        const server = ServerProcess.launch(folder)
        const listens = await server.listening().then(
          () => true,
          () => false,
        )
        if (listens) {
          await assertOtherServes(server.client())
          await server.stop()
          continue
        }
        refused++
        const { code } = await server.ended
        assert.equal(code, 1, server.stderr)
        const lines = server.stderr.trim().split('\n')
        assert.equal(lines.length, 1, server.stderr)
        assert.match(lines[0] ?? '', names)
      }
      t.diagnostic(`${refused} of ${FLIPS} starts refused`)
    })
  }

  for (const pattern of ['tile/0/**/*', 'tile/entries/**/*']) {
    test(`flipped bytes of ${pattern} are found by whoever verifies the log`, async () => {
      const folder = copy()
      const files = globSync(join(folder, 'data/log', pattern), { withFileTypes: true })
      const newest = files.filter((file) => file.isFile()).at(-1)
      assert.ok(newest !== undefined)
      flipByte(join(newest.parentPath, newest.name), 0.3)
      const log = new OfflineLog(folder)
      await assert.rejects(log.verify(), (error: Error) => {
        assert.match(error.message, /tile|bundle|entr/)
        return true
      })
      // The keeper has the entries in its journal too: it goes on, or refuses in one line.
      const server = ServerProcess.launch(folder)
      const listens = await server.listening().then(
        () => true,
        () => false,
      )
      if (listens) {
        await assertOtherServes(server.client())
        await server.stop()
      } else assert.equal(server.stderr.trim().split('\n').length, 1, server.stderr)
    })
  }
})

/** @param place from 0 to 1 */
function flipByte(path: string, place: number): void {
  const bytes = readFileSync(path)
  const at = Math.floor(bytes.length * place)
  bytes[at] = (bytes[at] as number) ^ 0x01
  writeFileSync(path, bytes)
}
