import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { certificateFacts } from '@claviger/crypto'
import { replaceFile } from '../../src/listen/replace-file.ts'
import { ensureTls } from '../../src/listen/tls-files.ts'
import { NAMES, temporaryFolder } from './fixture.ts'

const NOW = Date.UTC(2026, 5, 1)
const DAY = 86_400_000

const read = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8')
const modeOf = (path: string): number => statSync(path).mode & 0o777

async function madeIn(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t)
  await ensureTls(folder, NAMES, NOW)
  return folder
}

/** Whether a later start makes a new server certificate; the CA must stay in any case. */
async function isRenewed(folder: string, names: readonly string[], now: number): Promise<boolean> {
  const before = [read(folder, 'server.pem'), read(folder, 'ca.pem'), read(folder, 'ca.key')]
  const { certificate, authority, key } = await ensureTls(folder, names, now)
  assert.deepEqual([read(folder, 'ca.pem'), read(folder, 'ca.key')], before.slice(1))
  assert.equal(authority, before[1])
  assert.equal(certificate, read(folder, 'server.pem'))
  assert.equal(key, read(folder, 'server.key'))
  return certificate !== before[0]
}

describe('ensureTls', () => {
  it('makes a CA and a server certificate, with keys that only the owner reads', async (t) => {
    const folder = await madeIn(t)
    assert.deepEqual(readdirSync(folder).sort(), ['ca.key', 'ca.pem', 'server.key', 'server.pem'])
    for (const name of ['ca.key', 'server.key']) assert.equal(modeOf(join(folder, name)), 0o600)
    assert.deepEqual(
      certificateFacts(Buffer.from(read(folder, 'server.pem'))).alternativeNames,
      NAMES,
    )
  })

  it('keeps both while they serve', async (t) => {
    const folder = await madeIn(t)
    assert.equal(await isRenewed(folder, NAMES, NOW + DAY), false)
    assert.equal(await isRenewed(folder, ['::1', '0:0:0:0:0:0:0:1'], NOW + 360 * DAY), false)
  })

  it('renews with less than 30 days left, and for a name that is missing', async (t) => {
    const folder = await madeIn(t)
    assert.equal(await isRenewed(folder, [...NAMES, 'kms.example.com'], NOW), true)
    assert.equal(await isRenewed(folder, NAMES, NOW + 366 * DAY), false)
    assert.equal(await isRenewed(folder, NAMES, NOW + 368 * DAY), true)
    assert.equal(await isRenewed(folder, NAMES, NOW + 369 * DAY), false)
  })

  it('makes a server certificate again that is damaged, missing or of another', async (t) => {
    const folder = await madeIn(t)
    const other = await madeIn(t)
    const damages: (() => void)[] = [
      () => writeFileSync(join(folder, 'server.pem'), 'garbled'),
      () => writeFileSync(join(folder, 'server.pem'), ''),
      () => writeFileSync(join(folder, 'server.key'), 'garbled'),
      () => rmSync(join(folder, 'server.key')),
      // A crash between the two leaves a key that is not the certificate's.
      () => writeFileSync(join(folder, 'server.key'), read(other, 'server.key')),
      () => {
        writeFileSync(join(folder, 'server.key'), read(other, 'server.key'))
        writeFileSync(join(folder, 'server.pem'), read(other, 'server.pem'))
      },
    ]
    for (const damage of damages) {
      damage()
      assert.equal(await isRenewed(folder, NAMES, NOW), true, String(damage))
      assert.equal(await isRenewed(folder, NAMES, NOW), false)
    }
  })

  it('never replaces a CA: it says what to restore, in one line', async (t) => {
    const other = await madeIn(t)
    const damages: ((folder: string) => void)[] = [
      (folder) => writeFileSync(join(folder, 'ca.pem'), 'garbled'),
      (folder) => writeFileSync(join(folder, 'ca.pem'), ''),
      (folder) => rmSync(join(folder, 'ca.pem')),
      (folder) => writeFileSync(join(folder, 'ca.key'), 'garbled'),
      (folder) => writeFileSync(join(folder, 'ca.key'), read(other, 'ca.key')),
    ]
    for (const damage of damages) {
      const folder = await madeIn(t)
      damage(folder)
      const files = readdirSync(folder).map((name) => [name, read(folder, name)])
      await assert.rejects(
        ensureTls(folder, NAMES, NOW),
        /^Error: [^\n]*ca\.[^\n]*, or remove [^\n]*$/,
      )
      assert.deepEqual(
        readdirSync(folder).map((name) => [name, read(folder, name)]),
        files,
      )
    }
  })

  it('serves without the key of the CA until it must renew', async (t) => {
    const folder = await madeIn(t)
    rmSync(join(folder, 'ca.key'))
    const { certificate } = await ensureTls(folder, NAMES, NOW + DAY)
    assert.equal(certificate, read(folder, 'server.pem'))
    await assert.rejects(ensureTls(folder, ['other'], NOW), /^Error: ca\.key is missing [^\n]*$/)
    assert.ok(!readdirSync(folder).includes('ca.key'))
  })

  it('makes no certificate that outlives the CA, and stops when that has expired', async (t) => {
    const folder = await madeIn(t)
    const { notAfter } = certificateFacts(Buffer.from(read(folder, 'ca.pem')))
    await ensureTls(folder, NAMES, notAfter - 60 * DAY)
    assert.equal(certificateFacts(Buffer.from(read(folder, 'server.pem'))).notAfter, notAfter)
    await assert.rejects(
      ensureTls(folder, NAMES, notAfter),
      /^Error: the CA [^\n]* has expired[^\n]*$/,
    )
  })

  it('goes on after a first start that was cut off', async (t) => {
    const folder = temporaryFolder(t)
    writeFileSync(join(folder, 'ca.key'), 'half')
    writeFileSync(join(folder, 'ca.pem.new'), 'half')
    const { authority } = await ensureTls(folder, NAMES, NOW)
    assert.equal(authority, read(folder, 'ca.pem'))
    assert.equal(await isRenewed(folder, NAMES, NOW), false)
  })

  it('takes from others the permission to read a key', async (t) => {
    const folder = await madeIn(t)
    for (const name of ['ca.key', 'server.key']) chmodSync(join(folder, name), 0o644)
    await ensureTls(folder, NAMES, NOW)
    for (const name of ['ca.key', 'server.key']) assert.equal(modeOf(join(folder, name)), 0o600)
  })

  it('says in one line that a file cannot be read', async (t) => {
    const folder = await madeIn(t)
    rmSync(join(folder, 'server.pem'))
    mkdirSync(join(folder, 'server.pem'))
    await assert.rejects(
      ensureTls(folder, NAMES, NOW),
      /^Error: cannot read [^\n]*server\.pem \(EISDIR\)[^\n]*$/,
    )
  })
})

describe('replaceFile', () => {
  it('does not take over the mode of what a crash has left', (t) => {
    const path = join(temporaryFolder(t), 'key')
    writeFileSync(`${path}.new`, 'left', { mode: 0o666 })
    chmodSync(`${path}.new`, 0o666)
    replaceFile(path, 'secret', 0o600)
    assert.equal(readFileSync(path, 'utf8'), 'secret')
    assert.equal(modeOf(path), 0o600)
  })

  it('does not write through a link that lies in its way', (t) => {
    const folder = temporaryFolder(t)
    writeFileSync(join(folder, 'victim'), 'untouched')
    symlinkSync(join(folder, 'victim'), join(folder, 'key.new'))
    replaceFile(join(folder, 'key'), 'secret', 0o600)
    assert.equal(read(folder, 'victim'), 'untouched')
    assert.deepEqual(readdirSync(folder).sort(), ['key', 'victim'])
  })
})
