import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KEEPER_ERROR_CODES } from '@claviger/client'
import { EXIT_CODES, EXIT_REASONS } from '../src/exit-code.ts'
import { claviger, KEY, refusal } from './test-environment.ts'

describe('exit status', () => {
  for (const code of KEEPER_ERROR_CODES) {
    test(`of ${code}`, async () => {
      const ran = await claviger(['key', 'rotate', 'k'], { answer: () => refusal(code, 400) })
      assert.equal(ran.exitCode, EXIT_CODES[EXIT_REASONS[code]])
      assert.equal(ran.stdout, '')
      assert.match(ran.stderr, /^error: no\n/)
    })
  }

  test('with --json the error is one line of JSON on standard error', async () => {
    const answer = () => refusal('denied', 403, 'no policy allows it')
    const ran = await claviger(['key', 'rotate', 'k', '--json'], { answer })
    assert.equal(ran.exitCode, 4)
    assert.deepEqual(JSON.parse(ran.stderr), {
      error: {
        code: 'denied',
        message: 'no policy allows it',
        exitCode: 4,
        status: 403,
        details: {},
      },
    })
  })

  for (const [line, says] of [
    ['', /Usage: claviger/],
    ['nonsense', /unknown command/],
    ['key creat x', /Did you mean create/],
    ['key create x', /--spec/],
    ['key create x --spec aes-256 --label novalue', /name=value/],
    ['key create x --spec aes-256 --limit apples=3', /invocations=N/],
    ['key list --limit many', /whole number/],
    ['key update x', /say what to change/],
    ['key destroy x --now', /say --yes/],
    ['key revoke x --reason boredom', /Allowed choices/],
    ['random 0', /1 to 65536/],
    ['token create x --lifetime 3y', /like 90d/],
    ['operator init --shares 2 --threshold 3', /threshold/],
    ['completion tcsh', /Allowed choices/],
  ] as const) {
    test(`a mistake ends with 2: claviger ${line}`, async () => {
      const ran = await claviger(line === '' ? [] : line.split(' '))
      assert.equal(ran.exitCode, 2)
      assert.match(ran.stderr, says)
      assert.equal(ran.seen.length, 0)
    })
  }

  test('a signature that is not valid ends with 8', async () => {
    const ran = await claviger(['verify', 'k', '--signature', 'AAE='], {
      stdin: 'x',
      answer: () => [200, { valid: false, version: 1, entry: 1 }],
    })
    assert.equal(ran.exitCode, 8)
    assert.match(ran.stdout, /not valid/)
  })

  test('a sealed keeper ends with 3', async () => {
    const sealed = {
      initialized: true,
      sealed: true,
      generation: 1,
      rootGeneration: 1,
      rotating: false,
    }
    assert.equal(
      (await claviger(['operator', 'status'], { answer: () => [200, sealed] })).exitCode,
      3,
    )
  })
})

describe('secrets on the command line', () => {
  for (const arg of [
    '--token',
    '--token=x',
    '--passphrase',
    '--share=clv',
    '--material',
    '--private-key',
    '--content',
  ]) {
    test(`${arg} is refused before anything is done`, async () => {
      const ran = await claviger(['key', 'get', 'k', arg])
      assert.equal(ran.exitCode, 2)
      assert.match(ran.stderr, /does not belong on the command line/)
      assert.equal(ran.seen.length, 0)
    })
  }

  test('the token appears nowhere, whatever goes wrong', async () => {
    for (const code of ['unauthenticated', 'internal', 'denied']) {
      const ran = await claviger(['whoami'], { answer: () => refusal(code, 400) })
      assert.equal((ran.stdout + ran.stderr).includes('a-token'), false)
    }
  })
})

describe('what people read', () => {
  test('holds nothing that a terminal would act on', async () => {
    const evil = { ...KEY, description: '\u001b]0;owned\u0007\u202e', owner: 'a\u001b[2Jb\nc' }
    for (const line of ['key get k', 'key list']) {
      const ran = await claviger(line.split(' '), {
        answer: () => [200, { key: evil, keys: [evil], damaged: [], entry: 1 }],
      })
      assert.equal(ran.exitCode, 0, ran.stderr)
      assert.doesNotMatch(ran.stdout, /[[\p{Cc}\p{Cf}]--[\n]]/v)
    }
  })

  test('names the remedy beside the state', async () => {
    const suspended = { ...KEY, state: 'suspended', suspension: { at: '', reason: 'lost laptop' } }
    const ran = await claviger(['key', 'get', 'payments'], {
      answer: () => [200, { key: suspended, entry: 1 }],
    })
    assert.match(ran.stdout, /lost laptop; `claviger key resume payments` lifts it/)
  })

  test('destroying at once is asked for, and done only when meant', async () => {
    const answer = () => [200, { key: KEY, entry: 1 }] as const
    const line = ['key', 'destroy', 'payments', '--now']
    const no = await claviger(line, { typed: [], yes: false, answer })
    assert.deepEqual([no.exitCode, no.seen.length], [1, 0])
    const yes = await claviger(line, { typed: [], yes: true, answer })
    assert.deepEqual([yes.exitCode, yes.seen.length], [0, 1])
  })
})
