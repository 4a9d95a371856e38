import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseServerArgs } from '../src/command/server.ts'

describe('the options of the server', () => {
  test('are those of one of the two ways to run it', () => {
    assert.deepEqual(parseServerArgs(['--dev']), { dev: true })
    assert.deepEqual(parseServerArgs(['--dev', '--folder', 'f', '--port=0']), {
      dev: true,
      folder: 'f',
      port: 0,
    })
    assert.deepEqual(parseServerArgs(['--config', 'c.toml']), { dev: false, config: 'c.toml' })
  })

  for (const args of [
    [],
    ['--dev', '--config', 'c'],
    ['--config', 'c', '--port', '1'],
    ['--dev', '--port', '70000'],
    ['--dev', '--port', '1e3'],
    ['--dev', 'extra'],
    ['--unknown'],
    ['--folder'],
  ]) {
    test(`refuse ${JSON.stringify(args)}`, () => {
      const wrong = parseServerArgs(args)
      assert.ok(typeof wrong === 'string')
      assert.doesNotMatch(wrong, /\n/)
    })
  }
})
