import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isKeeperError } from '@claviger/core'
import { createCedarAuthorizer } from '../../src/policy/index.ts'
import { CALL, policyDocument, sampleKey, sampleSession, TENANT } from './sample-requests.ts'

const authorizer = createCedarAuthorizer({ report: ({ message }) => assert.fail(message) })

function assertRefused(text: string, message: RegExp): void {
  assert.throws(
    () => authorizer.check(text),
    (error) => {
      assert.ok(isKeeperError(error), String(error))
      assert.ok(error.code === 'invalid-input' || error.code === 'too-large')
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /\n/)
      return true
    },
  )
}

const when = (condition: string): string =>
  `permit (principal, action == Action::"key.encrypt", resource is Key) when { ${condition} };`

describe('a policy document', () => {
  const good = [
    'permit (principal in Role::"user", action in [Action::"use", Action::"key.*"], resource);',
    when('resource.hasTag("team") && resource.getTag("team") == "x"'),
    when('context has peer && context.peer.isInRange(ip("fe80::/10"))'),
    when('resource.name like "payments/*" && principal.name != "mallory"'),
    'forbid (principal == Principal::"01980000-0000-7000-8000-000000000001", action, resource);',
    '// only a comment\n',
  ]
  for (const text of good) test(`is taken: ${text.trim()}`, () => authorizer.check(text))

  const bad: [string, RegExp][] = [
    ['permit (principal, action, resource)', /^line 1: .*unexpected end of input/],
    ['// ä€😀\npermit (principal,, resource);', /^line 2: .*unexpected token `,`/],
    [`\n\n${when('resource.colour == "red"')}`, /^line 3: attribute `colour` .*not found/],
    ['permit (principal, action == Action::"key.frobnicate", resource);', /unrecognized action/],
    ['permit (principal, action == Action::"key.apply-schedule", resource);', /unrecognized/],
    ['permit (principal in Role::"root", action, resource);', /not declared as a valid eid/],
    ['permit (principal in ?principal, action, resource);', /template/],
    ['permit (principal, action == Action::"key.encrypt", resource is Log);', /applicable/],
    [when('context.peer.isInRange(ip("10.0.0.0/8"))'), /context has peer/],
    [when('context has peer && context.peer.isInRange(ip("10.0.0.0/99"))'), /IP address/],
    [when('resource.getTag("team") == "x"'), /tag/],
    [when('resource.name'), /Bool/],
    [when('resource.name == "\u202e"'), /BIDI/],
    [`${when('true')}\ud800`, /well-formed/],
    ['x'.repeat(65_537), /at most 65536 characters/],
  ]
  for (const [text, message] of bad) {
    test(`is refused: ${text.slice(0, 90).trim()}`, () => assertRefused(text, message))
  }
})

describe('what could exhaust the engine', () => {
  const nested: [string, (depth: number) => string][] = [
    ['brackets', (depth) => `${'('.repeat(depth)}true${')'.repeat(depth)}`],
    ['sets', (depth) => `${'['.repeat(depth)}1${']'.repeat(depth)} == 1`],
    ['records', (depth) => `${'{a:'.repeat(depth)}1${'}'.repeat(depth)} == 1`],
    ['conjunctions', (depth) => `${'true && '.repeat(depth)}true`],
    ['choices', (depth) => `${'if true then true else '.repeat(depth)}true`],
    ['sums', (depth) => `1${' + 1'.repeat(depth)} == 1`],
    ['attributes', (depth) => `context${'.a'.repeat(depth)}`],
    ['negations', (depth) => `${'!('.repeat(depth)}true${')'.repeat(depth)}`],
  ]
  for (const [name, text] of nested) {
    test(`${name} are refused before they reach it`, () => {
      for (const depth of [150, 600, 2_000]) {
        assertRefused(when(text(depth)), /at most \d+ (nested brackets|operators a policy)/)
      }
      assertRefused(`\n${when(text(150))}`, /^line 2: /)
    })
  }

  test('neither brackets in strings nor in comments count', () => {
    authorizer.check(when(`resource.name != "${'(['.repeat(200)}"`))
    authorizer.check(`// ${'(['.repeat(200)}\n${when('true')}`)
    authorizer.check(when(String.raw`resource.name != "\"(((((((((((((((((((((((((((((((((("`))
  })

  test('a policy at the bounds is checked, put in force and evaluated', () => {
    const deep = when(
      `${'!('.repeat(22)}true${')'.repeat(22)} || (${'if true then true else '.repeat(70)}true)`,
    )
    const long = when(`resource.name == "a"${' || resource.name == "b"'.repeat(32)}`)
    for (const text of [deep, long]) authorizer.check(text)
    authorizer.setPolicies(TENANT, [policyDocument('deep', deep), policyDocument('long', long)])
    const { allowed } = authorizer.decide(sampleSession([]), 'key.encrypt', sampleKey(), CALL)
    assert.equal(allowed, true)
  })
})
