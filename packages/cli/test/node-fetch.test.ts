import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { ClavigerClient } from '@claviger/client'
import { createNodeFetch } from '../src/connection/node-fetch.ts'

async function clientOf(
  t: { after(work: () => void): void },
  listener: RequestListener,
  own = true,
): Promise<ClavigerClient> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fetch = own ? await createNodeFetch(address, {}) : undefined
  return new ClavigerClient({ address, fetch, retries: 0, requestTimeoutMs: 300 })
}

test('carries a call there and back', async (t) => {
  const client = await clientOf(t, (request, response) => {
    response.setHeader('Claviger-Entry', '5')
    response.end(JSON.stringify({ path: request.url, host: request.headers.host }))
  })
  const answer = await client.keys.get('a/b')
  assert.equal(answer.entry, 5)
  assert.equal((answer as unknown as { path: string }).path, '/v1/keys/a%2Fb')
})

test('does not follow redirections, which could carry the token elsewhere', async (t) => {
  let asked = 0
  const client = await clientOf(t, (_request, response) => {
    asked++
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  await assert.rejects(client.keys.get('a'), { code: 'unexpected-answer' })
  assert.equal(asked, 1)
})

test('ends when the keeper does not answer, or hangs up', async (t) => {
  const silent = await clientOf(t, () => undefined)
  await assert.rejects(silent.keys.get('a'), { code: 'timed-out' })
  const rude = await clientOf(t, (request) => request.socket.destroy())
  await assert.rejects(rude.keys.get('a'), { code: 'unreachable' })
})

const RECIPIENTS = { recipients: ['age1a'] }

for (const [name, own] of [
  ['the command line', true],
  ['the runtime', false],
] as const) {
  const client = (t: { after(work: () => void): void }, listener: RequestListener) =>
    clientOf(t, listener, own)

  test(`a stream comes as it is sent, by the fetch of ${name}`, async (t) => {
    const streaming = await client(t, (_request, response) => {
      response.setHeader('Claviger-Entry', '7')
      response.write('first')
      setImmediate(() => response.end(' and last'))
    })
    const { pieces, entry } = await streaming.backups.create(RECIPIENTS)
    assert.equal(entry, 7)
    const bytes = Buffer.concat(await Array.fromAsync(pieces))
    assert.equal(bytes.toString(), 'first and last')
  })

  test(`a stream that is cut off or stands still is an error, by the fetch of ${name}`, async (t) => {
    const cut = await client(t, (request, response) => {
      response.write('first')
      setImmediate(() => request.socket.destroy())
    })
    const { pieces } = await cut.backups.create(RECIPIENTS)
    await assert.rejects(Array.fromAsync(pieces), { code: 'unreachable' })
    const still = await client(t, (_request, response) => void response.write('first'))
    const stalled = await still.backups.create(RECIPIENTS)
    await assert.rejects(Array.fromAsync(stalled.pieces), { code: 'timed-out' })
    const refused = await client(t, (_request, response) => {
      response.writeHead(409).end(JSON.stringify({ code: 'conflict', detail: 'wait' }))
    })
    await assert.rejects(refused.backups.create(RECIPIENTS), { code: 'conflict' })
  })
}
