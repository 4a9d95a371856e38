import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { SecretBytes } from '@claviger/bytes'
import type { Keeper } from '@claviger/core'
import { restModule } from '../../../src/protocols/rest/module.ts'
import type { RestOptions } from '../../../src/protocols/rest/ports.ts'
import { openWorld } from './test-world.ts'

/** Serves REST with `change` in the place of what a world's own module was made of. */
async function serve(
  t: TestContext,
  change: (options: RestOptions) => PropertyDescriptorMap,
): Promise<string> {
  const world = await openWorld()
  const { options } = world
  const module = restModule(Object.create(options, change(options)) as RestOptions)
  const server = createServer((request, response) => module.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await world.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('parts that failed to load are loaded by the next request', async (t) => {
  const faults = { limits: 1, version: 1 }
  const once = <Value>(name: keyof typeof faults, value: Value) => ({
    get: (): Value => {
      if (faults[name]-- > 0) throw new Error('no file descriptor is left')
      return value
    },
  })
  const url = await serve(t, () => ({
    limits: once('limits', { bodyBytesMax: 1_024 }),
    version: once('version', '0.0.0'),
  }))
  for (const [path, whenLoaded] of [
    ['/v1/seal', 200],
    ['/openapi.json', 200],
  ] as const) {
    assert.equal((await fetch(url + path)).status, 500, path)
    assert.equal((await fetch(url + path)).status, whenLoaded, path)
  }
})

test('passphrases are wiped once the seal has been made of them, and also when it was not', async (t) => {
  const seen: SecretBytes[] = []
  const watching = (keeper: Keeper) => ({
    execute: (...args: Parameters<Keeper['execute']>) => {
      const { method, authorization = [] } = args[2] as {
        readonly method?: { readonly passphrase?: SecretBytes }
        readonly authorization?: readonly { readonly passphrase?: SecretBytes }[]
      }
      for (const { passphrase } of [method ?? {}, ...authorization]) {
        if (passphrase === undefined) continue
        assert.equal(passphrase.isWiped, false)
        seen.push(passphrase)
      }
      return keeper.execute(...args)
    },
  })
  const url = await serve(t, ({ keeper }) => ({ keeper: { value: watching(keeper) } }))
  const post = async (path: string, body: unknown, token = '') => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    if (token === '') Reflect.deleteProperty(headers, 'authorization')
    return fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  const method = (passphrase: string) => ({ kind: 'passphrase', passphrase })

  assert.equal((await post('/v1/seal/initialize', { method: method('short') })).status, 400)
  const principals = [{ name: 'op', roles: ['operator'], tokenDays: 1 }]
  const first = method('correct horse battery staple')
  const made = await post('/v1/seal/initialize', { method: first, principals })
  assert.equal(made.status, 201, await made.clone().text())
  const { tokens } = (await made.json()) as { readonly tokens: Record<string, string> }
  const rekeyed = await post(
    '/v1/seal/rekey',
    {
      method: method('purple monkey dishwasher'),
      authorization: [{ passphrase: first.passphrase }],
    },
    tokens['op'],
  )
  assert.equal(rekeyed.status, 200, await rekeyed.clone().text())
  assert.equal(seen.length, 4)
  assert.ok(seen.every(({ isWiped }) => isWiped))
})
