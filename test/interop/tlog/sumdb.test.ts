// Our log, judged by golang.org/x/mod/sumdb (note and tlog): Go's own checksum-database verifier.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import {
  appendMany,
  keys,
  openLog,
  temporaryFolder,
} from '../../../packages/server/test/audit/test-log.ts'

const GO_PATH = '/usr/share/gocode'
const SIZE = 5000
const OLDER = 1234

/** Builds the Go program; undefined when Go or its module is missing. */
function buildVerifier(t: TestContext): string | undefined {
  const isInstalled =
    spawnSync('go', ['version']).status === 0 && existsSync(join(GO_PATH, 'src/golang.org/x/mod'))
  if (!isInstalled) {
    t.skip('needs golang-go: apt-get install golang-go golang-golang-x-mod-dev')
    return undefined
  }
  const program = join(temporaryFolder(t), 'verify')
  const source = join(import.meta.dirname, 'main.go')
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: GO_PATH, GOCACHE: temporaryFolder(t) }
  execFileSync('go', ['build', '-o', program, source], { env, stdio: 'pipe' })
  return program
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !path.startsWith('journal') && statSync(join(folder, path)).isFile(),
  )
}

it('Go verifies notes, records and consistency, and refuses any flipped bit', async (t) => {
  const program = buildVerifier(t)
  if (program === undefined) return
  const folder = temporaryFolder(t)
  const older = join(temporaryFolder(t), 'older')
  const log = await openLog(folder, { segmentBytes: 100_000 })
  await appendMany(log, 0, OLDER)
  writeFileSync(older, (await log.checkpoint()).note)
  for (let from = OLDER; from < SIZE; from += 538) {
    await appendMany(log, from, Math.min(538, SIZE - from))
  }
  await log.close()

  const verify = (path: string, saved = older) =>
    spawnSync(program, [path, keys.vkeys[0] as string, saved], { encoding: 'utf8' })
  const intact = verify(folder)
  assert.equal(intact.stderr, '')
  // The ML-DSA-44 cosignature is of a type that Go does not know, and is ignored.
  assert.equal(intact.stdout, `verified ${SIZE} entries after ${OLDER}, 1 unknown signatures\n`)

  // Partial tiles of the older checkpoint are not part of the newest tree.
  const current = filesOf(folder).filter((path) => {
    const width = /\.p\/(\d+)$/.exec(path)?.[1]
    return width === undefined || Number(width) === SIZE % 256 || Number(width) === 19
  })
  assert.ok(current.length > 40, String(current.length))
  const copy = temporaryFolder(t)
  cpSync(folder, copy, { recursive: true })
  for (const [at, path] of current.entries()) {
    const bytes = readFileSync(join(folder, path))
    const changed = Buffer.from(bytes)
    // In the checkpoint only the lines Go verifies count: its text and the Ed25519 signature.
    const length = path === 'checkpoint' ? bytes.indexOf('\n— ', 90) : bytes.length
    const position = (at * 7919) % length
    changed[position] = (changed[position] as number) ^ (1 << (at % 8))
    writeFileSync(join(copy, path), changed)
    const refused = verify(copy)
    assert.equal(refused.status, 1, `${path} at ${position}: ${refused.stdout}`)
    assert.match(refused.stderr, /^refused: /)
    writeFileSync(join(copy, path), bytes)
  }
  const forged = join(temporaryFolder(t), 'forged')
  writeFileSync(forged, readFileSync(older, 'utf8').replace(`\n${OLDER}\n`, `\n${OLDER - 1}\n`))
  assert.equal(verify(folder, forged).status, 1)
})
