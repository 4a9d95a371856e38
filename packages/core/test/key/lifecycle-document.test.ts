import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'
import { LIFECYCLE_TABLES, withTables } from './lifecycle-tables.ts'

const PATH = resolve(import.meta.dirname, '../../../../docs/design/lifecycle.md')

describe('docs/design/lifecycle.md', () => {
  test('holds every table as the code has it; UPDATE_DOCS=1 writes them', () => {
    const written = readFileSync(PATH, 'utf8')
    const made = withTables(written)
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PATH, made)
    else assert.equal(written, made)
  })

  test('leaves no table out', () => {
    const document = readFileSync(PATH, 'utf8')
    for (const name of Object.keys(LIFECYCLE_TABLES)) {
      assert.ok(document.includes(`<!-- table: ${name} -->`), name)
    }
  })
})
