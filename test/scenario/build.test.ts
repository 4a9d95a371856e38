import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { AUDIENCE, TestIssuer } from '../../packages/server/test/authenticate/oidc/test-issuer.ts'
import { ServerProcess } from '../fault/support/server-process.ts'
import { temporaryFolder } from '../fault/support/temporary-folder.ts'
import { ConfiguredKeeper } from './configured-keeper.ts'
import { PASSKEY_SETTINGS, tellPasskeyStory } from './passkey-story.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Puts the built packages where `npm install` would, beside what they depend on. */
function install(built: string): void {
  const from = join(ROOT, 'node_modules')
  const to = join(built, 'node_modules')
  mkdirSync(join(to, '@claviger'), { recursive: true })
  for (const name of readdirSync(from)) {
    if (name.startsWith('.') || name === '@claviger' || name === 'claviger') continue
    symlinkSync(join(from, name), join(to, name))
  }
  for (const name of readdirSync(join(built, 'packages'))) {
    const link = name === 'cli' ? 'claviger' : join('@claviger', name)
    symlinkSync(join(built, 'packages', name), join(to, link))
  }
}

/** The recipient that the specification of age gives for an example. */
const SEALING = {
  recipients: ['age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj'],
}

/** Creates keys of both libraries, and uses them. */
async function assertServes(server: ServerProcess): Promise<void> {
  const client = server.client()
  const message = Buffer.from('built').toString('base64')
  // P-521 is OpenSSL's, the external mu of ML-DSA is noble's, which the build has to find.
  for (const spec of ['ec-p521', 'ml-dsa-44']) {
    await client.ok('POST', '/v1/keys', { name: spec, spec })
    const prehashed = spec === 'ml-dsa-44'
    const signed = prehashed ? Buffer.alloc(64, 7).toString('base64') : message
    const body = { message: signed, prehashed }
    const reply = await client.call('POST', `/v1/keys/${spec}/sign`, body)
    assert.equal(reply.status, 200, reply.text)
  }
  assert.equal((await client.call('GET', '/openapi.json')).status, 200)
  const backup = await server.client('administrator').call('POST', '/v1/backups', SEALING)
  assert.match(backup.text, /^age-encryption\.org\/v1\n/)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
}

describe('what `npm run build` makes', { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-system-'))
  const built = join(folder, 'dist')
  after(() => rmSync(folder, { recursive: true, force: true }))
  before(() => {
    const made = spawnSync(process.execPath, [join(ROOT, 'tools/build.ts'), built], {
      encoding: 'utf8',
    })
    assert.equal(made.status, 0, made.stderr)
    install(built)
  })

  test('serves from the packages, without a line of TypeScript', async (t) => {
    assert.deepEqual(
      globSync('packages/**/*.ts', { cwd: built }).filter((name) => !name.endsWith('.d.ts')),
      [],
    )
    const program = [join(built, 'packages/cli/bin/claviger.mjs'), 'server']
    await assertServes(await ServerProcess.start(temporaryFolder(t), { program }))
  })

  test('serves from the one bundled file', async (t) => {
    const program = [join(built, 'claviger-server.mjs')]
    await assertServes(await ServerProcess.start(temporaryFolder(t), { program }))
  })

  test('has what is loaded only when it is needed in the one file too', async (t) => {
    const folder = temporaryFolder(t)
    const issuer = await TestIssuer.start()
    t.after(() => issuer.stop())
    writeFileSync(join(folder, 'issuer.pem'), issuer.authorities)
    const trusted = [
      '[[oidc]]',
      `issuer = "${issuer.url}"`,
      `audiences = ["${AUDIENCE}"]`,
      'authorities = "issuer.pem"',
      'principals = { release = "developer" }',
    ]
    const program = [join(built, 'claviger-server.mjs')]
    const settings = [...PASSKEY_SETTINGS, ...trusted]
    const keeper = await ConfiguredKeeper.start(folder, settings, program)
    await keeper.server.client({ token: await issuer.sign() }).ok('GET', '/v1/whoami')
    await tellPasskeyStory(keeper)
    assert.deepEqual(await keeper.server.stop(), { code: 0, signal: null })
  })
})
