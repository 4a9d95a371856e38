/**
 * The law of the house (`docs/design/architecture.md`): what may import what, and how large it may grow.
 * The rules and the table of layers are in `test/architecture/`; `planted-faults.test.ts` shows them red.
 */
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'
import { isOurTree, readTree, RULES } from './architecture/rules.ts'

const ROOT = resolve(import.meta.dirname, '..')

describe('architecture', () => {
  assert.ok(isOurTree(ROOT), 'there is a tree to check')
  const tree = readTree(ROOT)
  for (const [sentence, rule] of Object.entries(RULES)) {
    test(sentence, () => {
      const found = rule(tree).map(({ file, message }) => `${file}: ${message}`)
      assert.deepEqual(found, [])
    })
  }
})
