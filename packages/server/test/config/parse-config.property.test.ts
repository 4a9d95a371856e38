import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ConfigError, parseConfig } from '../../src/config/parse-config.ts'
import { settingLines } from '../../src/config/setting-place.ts'
import { SETTINGS } from '../../src/config/settings.ts'
import { EXAMPLE } from './example.ts'

function isTaken(source: string): boolean {
  try {
    parseConfig(source, '/etc/claviger')
    return true
  } catch (error) {
    if (error instanceof ConfigError) return false
    throw error
  }
}

const names = fc.oneof(fc.constantFrom(...Object.keys(SETTINGS)), fc.string({ unit: 'binary' }))
const values = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.integer().map(String),
  fc.double().map(String),
  fc.constantFrom('true', '[]', '{}', '1979-05-27', '"""', "'''", '0xff', 'nan'),
)
const lines = fc.oneof(
  fc.tuple(names, values).map(([name, value]) => `${name} = ${value}`),
  names.map((name) => `[${name}]`),
  fc.string({ unit: 'binary' }),
)

describe('any text', () => {
  it('gives a configuration or a ConfigError, and places in the end', () => {
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 12 }), (some) => {
        const source = some.join('\n')
        isTaken(source)
        settingLines(source)
      }),
      { numRuns: 2_000 },
    )
  })

  it('that is TOML of right settings is taken whatever their order', () => {
    const tables = EXAMPLE.split(/\n(?=\[)/)
    const [head = '', ...rest] = tables
    fc.assert(
      fc.property(fc.shuffledSubarray(rest), (some) => {
        assert.ok(isTaken([head, ...some].join('\n')))
      }),
    )
  })

  it('names every unknown key with the line it stands on', () => {
    const keys = fc.uniqueArray(fc.stringMatching(/^u[a-z]{1,8}$/), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(keys, (unknown) => {
        const source = ['folder = "a"', '[cache]', ...unknown.map((key) => `${key} = 1`)].join('\n')
        try {
          parseConfig(source, '/')
          assert.fail('unknown keys were taken')
        } catch (error) {
          assert.ok(error instanceof ConfigError)
          const expected = unknown.map(
            (key, index) => `cache.${key} (line ${index + 3}): is not a setting`,
          )
          assert.deepEqual(error.mistakes, expected)
        }
      }),
    )
  })
})
