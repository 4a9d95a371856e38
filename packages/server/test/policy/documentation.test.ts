import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { ENTITY_TYPES, SCHEMA } from '../../src/policy/cedar/schema.ts'
import { createCedarAuthorizer } from '../../src/policy/index.ts'

const text = readFileSync(resolve(import.meta.dirname, '../../../../docs/design/policy.md'), 'utf8')

test('the policies in the documentation are ones that we take', () => {
  const authorizer = createCedarAuthorizer()
  const examples = [...text.matchAll(/```cedar\n([^`]+)```/g)]
  assert.ok(examples.length >= 2)
  for (const [, example = ''] of examples) authorizer.check(example)
})

test('the documentation names every attribute that policies can speak of', () => {
  const types = SCHEMA['']?.entityTypes ?? {}
  for (const type of Object.values(ENTITY_TYPES)) {
    assert.match(text, new RegExp(`\`(resource is )?${type}\``))
    const shape = types[type]
    if (shape === undefined || !('shape' in shape)) continue
    const attributes = Object.keys((shape.shape as { attributes: object }).attributes)
    for (const attribute of attributes) assert.ok(text.includes(`\`${attribute}\``), attribute)
  }
})
