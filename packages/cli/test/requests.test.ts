import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ROWS } from './request-rows.ts'
import { claviger } from './test-environment.ts'

describe('each command asks the keeper what it says', () => {
  for (const { line, asks, answer, world } of ROWS) {
    test(line, async () => {
      const ran = await claviger(line.split(' '), { ...world, answer: () => answer ?? [200, {}] })
      assert.equal(ran.stderr.includes('error:'), false, ran.stderr)
      assert.equal(ran.exitCode, 0)
      const [method, path, body] = asks
      const first = ran.seen[0]
      assert.deepEqual([first?.method, first?.path, first?.body], [method, path, body])
      assert.equal(first?.headers['authorization'], 'Bearer a-token')
    })
  }
})

describe('with --json', () => {
  for (const { line, answer, world } of ROWS) {
    test(line, async () => {
      const ran = await claviger([...line.split(' '), '--json'], {
        ...world,
        answer: ({ path }) =>
          path.includes('public-key')
            ? [200, { publicKey: 'AA==', version: 3, spec: 'ed25519', key: 'k', entry: 1 }]
            : (answer ?? [200, {}]),
      })
      assert.equal(ran.exitCode, 0, ran.stderr)
      assert.equal(typeof JSON.parse(ran.stdout), 'object')
    })
  }
})
