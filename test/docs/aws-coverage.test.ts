import assert from 'node:assert/strict'
import { test } from 'node:test'
import { provedIn, raisedIn } from '../../tools/aws-coverage/evidence.ts'
import { coverageFaults } from '../../tools/aws-coverage/faults.ts'
import { coverage } from '../../tools/aws-coverage/main.ts'
import { readModel } from '../../tools/aws-coverage/model.ts'

test('every action and exception of AWS’s model is in the table, and each claim has its proof', () => {
  assert.deepEqual(coverage().faults, [])
})

test('the table in the README is the one of today', () => {
  const { written, current } = coverage()
  const how = 'run: node packages/cli/bin/launch.mjs tools/aws-coverage/main.ts'
  assert.equal(written, current, how)
})

test('an action or exception that is new in the model is found missing', () => {
  const model = readModel()
  assert.equal(model.actions.length, 56)
  assert.equal(model.exceptions.length, 48)
  const nothing = { proved: new Map(), tested: new Map(), raised: new Map() }
  const newer = {
    actions: [...model.actions, 'EncryptTwice'],
    exceptions: [...model.exceptions, 'TwiceException'],
  }
  const faults = coverageFaults(newer, nothing, model.actions)
  assert.ok(faults.includes('EncryptTwice has no operation'))
  assert.ok(faults.includes('EncryptTwice has no test in test/interop/aws-kms'))
  assert.ok(faults.includes('TwiceException arises or never does: which?'))
  assert.ok(faults.includes('DisabledException is said to arise, and no source names it'))
  assert.ok(faults.includes('Encrypt has no test in test/interop/aws-kms'))
})

test('what a test proves and a source raises is read from their texts', () => {
  const text = "test('a', proves('Encrypt\n Decrypt', x))\ntest('b', proves(`Sign`, x))"
  assert.deepEqual(provedIn(text), ['Encrypt', 'Decrypt', 'Sign'])
  assert.deepEqual(raisedIn("throw new AwsError('TagException', 'x'); notFound('y')"), [
    'TagException',
    'NotFoundException',
  ])
})
