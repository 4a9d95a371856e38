/** The OpenAPI document and the reference page: complete, and nothing in them leads elsewhere. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ACTIONS } from '@claviger/core'
import { describedRoutes } from '../../../src/protocols/rest/description/openapi.ts'
import { ask, openWorld, pick, type TestWorld } from './test-world.ts'

let world: TestWorld

before(async () => {
  world = await openWorld()
})
after(() => world.close())

/**
 * What no caller asks for by name: done within another operation, by the scheduler, or at the door; and what
 * only other protocols ask for yet.
 */
const WITHOUT_ROUTE = [
  'key.export',
  'key.attach',
  'key.detach',
  'key.apply-schedule',
  'key.re-encrypt-to',
  'object.apply-schedule',
  'tenant.attach',
  'approval.request',
  'backup.restore',
  'session.authenticate',
]

test('every action of the keeper has a route', () => {
  const routed = new Set<string>(describedRoutes().flatMap(({ action }) => action ?? []))
  assert.deepEqual(
    ACTIONS.filter((action) => !routed.has(action)),
    WITHOUT_ROUTE,
  )
})

test('operations have ids of their own, and every schema they refer to is there', async () => {
  const { body, text } = await ask(world, '/openapi.json', { token: undefined })
  const ids = describedRoutes().map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(pick(body, `components.schemas.${String(name)}`), name ?? '')
  }
  for (const path of Object.values(body['paths'] as Record<string, Record<string, object>>)) {
    for (const operation of Object.values(path)) {
      assert.ok(pick(operation, 'responses.default.content'))
    }
  }
})

test('the reference page asks for nothing from anywhere else, and may not', async () => {
  const { text, headers } = await ask(world, '/docs', { token: undefined })
  const policy = headers.get('content-security-policy') ?? ''
  assert.match(policy, /^default-src 'none'; style-src 'self';/)
  assert.doesNotMatch(policy, /unsafe|https?:|\*/)
  assert.doesNotMatch(text, /<script|<img|<iframe|<base|https?:\/\/|url\(|@import|\son\w+=/i)
  const targets = [...text.matchAll(/(?:href|src)="([^"]*)"/g)].map(
    ([, target]) => target as string,
  )
  const local = targets.filter((target) => !target.startsWith('#'))
  assert.deepEqual([...new Set(local)], ['/docs/style.css', '/openapi.json'])
  for (const target of targets.filter((one) => one.startsWith('#'))) {
    assert.ok(text.includes(`id="${target.slice(1)}"`), target)
  }
  const style = await ask(world, '/docs/style.css', { token: undefined })
  assert.equal(style.headers.get('content-type'), 'text/css; charset=utf-8')
  assert.doesNotMatch(style.text, /url\(|@import|http/)
})

test('neither tells a self-signed keeper to be trusted for longer than it is', async () => {
  const { headers } = await ask(world, '/docs', { token: undefined })
  assert.equal(headers.get('strict-transport-security'), null)
  assert.equal((await ask(world, '/docs', { method: 'HEAD', token: undefined })).text, '')
})

test('the page about this protocol lists every route as it is', () => {
  const path = join(import.meta.dirname, '../../../../../docs/protocols/rest.md')
  const listed = readFileSync(path, 'utf8').split('\n')
  for (const { id, method, path: route, action } of describedRoutes()) {
    const row = `| \`${id}\` | \`${method} ${route}\` | ${action === undefined ? '–' : `\`${action}\``} |`
    assert.ok(
      listed.some((line) => line.startsWith(row)),
      row,
    )
  }
})
