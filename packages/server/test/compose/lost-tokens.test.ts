import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createKey, getKey, isKeeperError, listTokens, type Session } from '@claviger/core'
import { compose, type Composition } from '../../src/compose.ts'
import { developmentConfig, openDevelopmentKeeper } from '../../src/development.ts'
import type { Logger } from '../../src/logging/logger.ts'

const NAMES = ['administrator', 'developer', 'auditor']
const REQUEST = { protocol: 'test', peer: '127.0.0.1' }
const logger: Logger = { info: () => {}, warn: () => {}, error: () => {} }

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-lost-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** One start, the work while it runs, and its end; gives what it said of lost tokens. */
async function run(
  folder: string,
  work: (keeper: Composition) => Promise<void> = async () => {},
): Promise<readonly string[]> {
  const said: string[] = []
  const keeper = await compose(developmentConfig(folder, 0), logger)
  try {
    await openDevelopmentKeeper(keeper, folder, (message) => said.push(message))
    await work(keeper)
  } finally {
    await keeper.close()
  }
  return said
}

function sessionOf(keeper: Composition, folder: string, name: string): Session | Promise<Session> {
  return keeper.authenticator.bySecret(readFileSync(join(folder, `${name}.token`), 'utf8').trim())
}

/** The people are committed, and the file of one of them cannot be written: a folder is in its way. */
async function cutOff(folder: string, name: string): Promise<void> {
  const inTheWay = join(folder, `${name}.token`)
  mkdirSync(inTheWay, { recursive: true })
  await assert.rejects(run(folder), { code: 'EISDIR' })
  rmSync(inTheWay, { recursive: true })
}

for (const [index, name] of NAMES.entries()) {
  test(`a first start cut off before the token of ${name} was written`, async (t) => {
    const folder = temporaryFolder(t)
    await cutOff(folder, name)
    const written = NAMES.slice(0, index)
    const kept = written.map((one) => readFileSync(join(folder, `${one}.token`), 'utf8'))
    const said = await run(folder, async (keeper) => {
      for (const one of NAMES) assert.equal((await sessionOf(keeper, folder, one)).name, one)
      // What nobody ever had opens nothing any more.
      const administrator = await sessionOf(keeper, folder, 'administrator')
      const page = { principal: name, limit: 10 }
      const { output } = await keeper.keeper.execute(administrator, listTokens, page, REQUEST)
      const bearer = output.tokens.filter(({ identifier }) => identifier === undefined)
      assert.equal(bearer.length, 2)
      assert.equal(bearer.filter(({ revokedAt }) => revokedAt === undefined).length, 1)
    })
    assert.equal(said.length, NAMES.length - index)
    for (const [at, line] of said.entries())
      assert.match(line, new RegExp(`of ${NAMES[index + at]} `))
    for (const line of said) assert.doesNotMatch(line, /clv_|\n/)
    for (const [at, text] of kept.entries()) {
      assert.equal(readFileSync(join(folder, `${NAMES[at]}.token`), 'utf8'), text)
    }
    assert.deepEqual(await run(folder), [], 'once')
  })
}

test('a cut in the course of the remedy is remedied by the next start', async (t) => {
  const folder = temporaryFolder(t)
  await cutOff(folder, 'administrator')
  await cutOff(folder, 'developer')
  assert.equal((await run(folder)).length, 2)
  await run(folder, async (keeper) => {
    for (const name of NAMES) assert.equal((await sessionOf(keeper, folder, name)).name, name)
  })
})

test('a token file taken away after somebody came in stays away', async (t) => {
  const folder = temporaryFolder(t)
  await run(folder, async (keeper) => {
    const developer = await sessionOf(keeper, folder, 'developer')
    const key = { name: 'k', spec: 'aes-256' } as const
    await keeper.keeper.execute(developer, createKey, key, REQUEST)
  })
  const path = join(folder, 'developer.token')
  const secret = readFileSync(path, 'utf8').trim()
  rmSync(path)
  const said = await run(folder, async (keeper) => {
    const developer = await keeper.authenticator.bySecret(secret)
    await keeper.keeper.execute(developer, getKey, { key: 'k' }, REQUEST)
    await assert.rejects(
      keeper.keeper.execute(developer, getKey, { key: 'none' }, REQUEST),
      isKeeperError,
    )
  })
  assert.deepEqual(said, [])
  assert.equal(existsSync(path), false)
})
