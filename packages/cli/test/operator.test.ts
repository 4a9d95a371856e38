import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import {
  claviger,
  type FakeAnswer,
  refusal,
  type SeenRequest,
  temporaryFolder,
} from './test-environment.ts'

const STATUS = {
  initialized: true,
  sealed: true,
  generation: 1,
  kind: 'shamir',
  shares: 5,
  threshold: 3,
  rootGeneration: 1,
  rotating: false,
  progress: [] as number[],
}

/** A sealed keeper that opens with three shares. */
function sealedKeeper(): { given: unknown[]; answer: (request: SeenRequest) => FakeAnswer } {
  const given: unknown[] = []
  const answer = ({ method, body }: SeenRequest): FakeAnswer => {
    if (method === 'POST') given.push((body as { share?: string }).share)
    const progress = given.map((_, at) => at + 1)
    return [200, { ...STATUS, sealed: given.length < 3, progress, entry: 1 }]
  }
  return { given, answer }
}

describe('unsealing', () => {
  test('asks for share after share at a terminal', async () => {
    const { given, answer } = sealedKeeper()
    const ran = await claviger(['operator', 'unseal'], {
      typed: ['one', 'two', 'three', 'four'],
      answer,
    })
    assert.equal(ran.exitCode, 0)
    assert.deepEqual(given, ['one', 'two', 'three'])
  })

  test('takes shares from standard input, one a line, and says 3 while some are missing', async () => {
    const { given, answer } = sealedKeeper()
    const ran = await claviger(['operator', 'unseal'], { stdin: '# mine\none\n\ntwo\r\n', answer })
    assert.equal(ran.exitCode, 3)
    assert.deepEqual(given, ['one', 'two'])
    assert.match(ran.stdout, /2 of 3/)
  })

  test('takes shares from files', async (t) => {
    const cwd = temporaryFolder(t)
    for (const name of ['a', 'b', 'c']) writeFileSync(join(cwd, name), `${name}\n`)
    const { given, answer } = sealedKeeper()
    const files = ['a', 'b', 'c'].flatMap((name) => ['--share-file', name])
    assert.equal((await claviger(['operator', 'unseal', ...files], { cwd, answer })).exitCode, 0)
    assert.deepEqual(given, ['a', 'b', 'c'])
  })

  test('gives a passphrase that was piped in', async () => {
    let sent: unknown
    const answer = ({ method, body }: SeenRequest): FakeAnswer => {
      if (method === 'POST') sent = body
      return [200, { ...STATUS, kind: 'passphrase', sealed: method === 'GET', entry: 1 }]
    }
    assert.equal(
      (await claviger(['operator', 'unseal'], { stdin: 'open sesame\n', answer })).exitCode,
      0,
    )
    assert.deepEqual(sent, { passphrase: 'open sesame' })
  })

  test('tells of a share that is not good', async () => {
    const answer = ({ method }: SeenRequest): FakeAnswer =>
      method === 'GET' ? [200, STATUS] : refusal('invalid-input', 400, 'the share is stale')
    const ran = await claviger(['operator', 'unseal'], { stdin: 'clv-share-secret', answer })
    assert.equal(ran.exitCode, 2)
    assert.equal((ran.stderr + ran.stdout).includes('clv-share-secret'), false)
  })
})

test('nothing is asked of the keeper when what it would show once has no place', async (t) => {
  const cwd = temporaryFolder(t)
  writeFileSync(join(cwd, 'file'), '')
  const init = await claviger(['operator', 'init', '--out', 'file/ceremony'], { cwd })
  assert.deepEqual([init.exitCode, init.seen.length], [1, 0])
  writeFileSync(join(cwd, 'share-1.txt'), 'older')
  const answer = (): FakeAnswer => [200, { ...STATUS, sealed: false }]
  const rekey = await claviger(['operator', 'rekey', '--out', '.'], { cwd, stdin: 'one', answer })
  assert.equal(rekey.exitCode, 6)
  assert.ok(rekey.seen.every(({ method }) => method === 'GET'))
})

test('initializing into a folder shows no secret and lets only the owner read them', async (t) => {
  const cwd = temporaryFolder(t)
  const answer = (): FakeAnswer => [
    201,
    {
      status: { ...STATUS, sealed: false },
      shares: ['clv-1', 'clv-2'],
      tokens: { root: 'tok' },
      entry: 0,
    },
  ]
  for (const json of [[], ['--json']]) {
    const out = `ceremony${json.length}`
    const ran = await claviger(['operator', 'init', '--out', out, ...json], { cwd, answer })
    assert.equal(ran.exitCode, 0, ran.stderr)
    assert.doesNotMatch(ran.stdout + ran.stderr, /clv-[12]|"tok"/)
    const folder = join(cwd, out)
    assert.deepEqual(readdirSync(folder).toSorted(), ['root.token', 'share-1.txt', 'share-2.txt'])
    assert.equal(readFileSync(join(folder, 'share-2.txt'), 'utf8'), 'clv-2\n')
    assert.equal(statSync(join(folder, 'root.token')).mode & 0o77, 0)
    assert.equal(statSync(folder).mode & 0o77, 0)
  }
  const again = await claviger(['operator', 'init', '--out', 'ceremony0'], { cwd, answer })
  assert.deepEqual([again.exitCode, again.seen.length], [6, 0])
})

test('a new passphrase is typed twice', async () => {
  const line = ['operator', 'init', '--kind', 'passphrase']
  const ran = await claviger(line, { typed: ['first', 'second'] })
  assert.deepEqual([ran.exitCode, ran.seen.length], [2, 0])
})
