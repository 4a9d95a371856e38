import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { OIDC_SETTINGS, type OidcIssuer } from '../../src/config/oidc.ts'
import { ConfigError, parseConfig } from '../../src/config/parse-config.ts'

const DOCUMENT = readFileSync(
  join(import.meta.dirname, '../../../../docs/operations/oidc.md'),
  'utf8',
)
const NEEDED = ['issuer = "https://a.example"', 'audiences = ["x"]', 'prefix = "ci/"']

const without = (name: string): string[] => NEEDED.filter((line) => !line.startsWith(`${name} =`))

function parse(...lines: readonly string[]): readonly OidcIssuer[] {
  return parseConfig(['folder = "/data"', '[[oidc]]', ...lines].join('\n'), '/etc/claviger').oidc
}

function mistakesOf(...lines: readonly string[]): readonly string[] {
  try {
    parse(...lines)
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.mistakes
  }
  return []
}

/** As written: what is taken, and what is not. */
const CASES: Readonly<
  Record<string, readonly [right: readonly string[], wrong: readonly string[]]>
> = {
  issuer: [
    ['"https://a.example"', '"https://a.example:8443/realms/x"'],
    [
      '"http://a.example"',
      '"a"',
      '""',
      '"https://a/?q"',
      '"https://a/#f"',
      '"https://u:p@a/"',
      '7',
    ],
  ],
  audiences: [
    ['["a"]', '["a", "b"]'],
    ['[]', '"a"', '[""]', '[1]', '{}'],
  ],
  'jwks-uri': [['"https://a.example/keys"'], ['"http://a/keys"', '"file:///keys"', '7']],
  authorities: [['"ca.pem"'], ['""', '7', '"-----BEGIN CERTIFICATE-----"']],
  algorithms: [
    ['["ES256"]', '["RS256", "EdDSA"]'],
    ['[]', '["none"]', '["HS256"]', '["ES256", "HS512"]', '["es256"]', '"ES256"', '["dir"]'],
  ],
  'principal-claim': [['"email"'], ['""', '7', '[]']],
  prefix: [
    ['""', '"ci/"', '"ci-"'],
    ['"CI/"', '"ci:"', '"/ci"', '7', '" "'],
  ],
  principals: [
    ['{ "a:b" = "ann" }', '{ a = "ci/release" }'],
    ['{}', '{ a = "Ann" }', '{ a = 7 }', '["a"]', '"a"', '{ a = "" }', '1979-05-27'],
  ],
  require: [
    ['{ a = ["b"] }', '{ a = ["b", "c"], d = ["e"] }'],
    ['{}', '{ a = "b" }', '{ a = [] }', '{ a = [1] }', '[]'],
  ],
  'roles-claim': [['"groups"'], ['""', '7']],
  roles: [['{ a = "user" }'], ['{}', '{ a = "root" }', '{ a = ["user"] }']],
  'clock-tolerance-seconds': [
    ['0', '300'],
    ['-1', '301', '1.5', '"30"'],
  ],
  'age-seconds-max': [
    ['60', '86400'],
    ['59', '86401', 'inf', '"60"'],
  ],
  'keys-age-seconds-max': [
    ['600', '604800'],
    ['599', '604801', 'nan'],
  ],
}

/** What a setting cannot be without, or cannot be with. */
function around(name: string): readonly string[] {
  const rest = without(name === 'principals' ? 'prefix' : name)
  if (name === 'roles') return [...rest, 'roles-claim = "g"']
  return name === 'roles-claim' ? [...rest, 'roles = { a = "user" }'] : rest
}

describe('every setting of an issuer', () => {
  it('has its cases here, and its row in the document', () => {
    assert.deepEqual(Object.keys(CASES).sort(), Object.keys(OIDC_SETTINGS).sort())
    for (const name of Object.keys(OIDC_SETTINGS)) {
      assert.match(DOCUMENT, new RegExp(`^\\|.*\`${name}\`.*\\|.*\\|.*\\|.*\\|$`, 'm'), name)
    }
  })
  for (const [name, [right, wrong]] of Object.entries(CASES)) {
    it(`${name} takes what is right, and names what is wrong`, () => {
      for (const value of right) {
        assert.deepEqual(mistakesOf(...around(name), `${name} = ${value}`), [], value)
      }
      for (const value of wrong) {
        const [mistake = '', ...more] = mistakesOf(...around(name), `${name} = ${value}`)
        assert.ok(mistake.startsWith(`oidc 1: ${name} must be `), `${value}: ${mistake}`)
        assert.deepEqual(more, [], value)
      }
    })
  }
})

describe('an issuer', () => {
  it('has what it needs, and what does not contradict itself', () => {
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [without('issuer'), 'issuer is missing'],
      [without('audiences'), 'audiences is missing'],
      [without('prefix'), 'say prefix or principals, and not both'],
      [[...NEEDED, 'principals = { a = "b" }'], 'say prefix or principals, and not both'],
      [[...NEEDED, 'roles-claim = "g"'], 'roles and roles-claim go together'],
      [[...NEEDED, 'roles = { a = "user" }'], 'roles and roles-claim go together'],
      [[...NEEDED, 'secret = "x"'], 'secret is not a setting'],
      [[...NEEDED, '"__proto__" = "x"'], '__proto__ is not a setting'],
    ]
    for (const [lines, mistake] of wrong) {
      assert.deepEqual(mistakesOf(...lines), [`oidc 1: ${mistake}`])
    }
    const twice = [...NEEDED, '[[oidc]]', ...NEEDED]
    assert.deepEqual(mistakesOf(...twice), ['oidc 2: issuer is there twice'])
    for (const source of ['oidc = 7', '[oidc]\nissuer = "https://a"', 'oidc = [7]']) {
      assert.throws(() => parseConfig(`folder = "/data"\n${source}`, '/'), /under \[\[oidc\]\]/)
    }
  })

  it('has defaults that are those of the document', () => {
    const [issuer] = parse(...NEEDED)
    assert.deepEqual(issuer, {
      issuer: 'https://a.example',
      audiences: ['x'],
      prefix: 'ci/',
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      principalClaim: 'sub',
      require: new Map(),
      clockToleranceSeconds: 30,
      ageSecondsMax: 3_600,
      keysAgeSecondsMax: 86_400,
    })
    const [, example = ''] = /```toml\n([^]*?)```/.exec(DOCUMENT) ?? []
    const { oidc } = parseConfig(example, '/etc/claviger')
    assert.deepEqual(
      oidc.map(({ prefix, principals }) => prefix ?? [...(principals?.values() ?? [])]),
      ['ci/', ['ann']],
    )
  })

  it('is read or refused, whatever it says', () => {
    const names = fc.oneof(fc.constantFrom(...Object.keys(OIDC_SETTINGS)), fc.string())
    const values = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }).filter((value) => value !== null),
      fc.string(),
    )
    const lines = fc.tuple(names, values).map(([name, value]) => {
      const text = typeof value === 'object' ? '{ a = ["b"] }' : JSON.stringify(value)
      return `${JSON.stringify(name)} = ${text}`
    })
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 8 }), (some) => void mistakesOf(...some)),
      { numRuns: 1_000 },
    )
  })
})
