import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { listen, openTcp, openTls, readAll } from './fixture.ts'

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
/** Far above what any of these needs; a drain that waits for its deadline never ends in time. */
const limits = { drainMs: 60_000 }
const prompt = { timeout: 30_000 }

describe('draining', () => {
  it(
    'ends with peers that say nothing, before, in and after their handshake',
    prompt,
    async (t) => {
      const listener = await listen(t, { limits })
      const silent = await openTcp(listener.port)
      const halfway = await openTcp(listener.port)
      // The beginning of a ClientHello.
      halfway.write(Buffer.from('160301020001000001fc0303', 'hex'))
      const secured = await openTls(listener.port)
      const partial = await openTls(listener.port)
      partial.write('GET / HTTP/1.1\r\nHost: loc')
      const ends = [silent, halfway, secured, partial].map(readAll)
      await listener.drain()
      assert.deepEqual(await Promise.all(ends), ['', '', '', ''])
    },
  )

  it('answers what is under way with Connection: close and then ends', prompt, async (t) => {
    const asked = Promise.withResolvers<ServerResponse>()
    const listener = await listen(t, { limits, handle: (_, response) => asked.resolve(response) })
    const client = await openTls(listener.port)
    client.write(GET)
    const response = await asked.promise
    const drained = listener.drain()
    response.end('done')
    const text = await readAll(client)
    await drained
    assert.match(text, /^HTTP\/1\.1 200/)
    assert.match(text, /\r\nConnection: close\r\n/i)
    assert.ok(text.endsWith('done'))
  })

  it('ends after a response that had promised to keep the connection', prompt, async (t) => {
    const asked = Promise.withResolvers<ServerResponse>()
    const listener = await listen(t, {
      limits,
      handle: (_, response) => {
        response.writeHead(200, { 'Content-Length': 4 }).flushHeaders()
        asked.resolve(response)
      },
    })
    const client = await openTls(listener.port)
    client.write(GET)
    const response = await asked.promise
    const text = readAll(client)
    const drained = listener.drain()
    response.end('done')
    await drained
    assert.match(await text, /\r\nConnection: keep-alive\r\n[^]*done$/i)
  })

  it('reads the rest of a request that has begun, and takes no new one', prompt, async (t) => {
    const asked = Promise.withResolvers<void>()
    let count = 0
    const listener = await listen(t, {
      limits,
      handle: (request, response) => {
        count++
        asked.resolve()
        request.resume().on('end', () => response.end('read'))
      },
    })
    const idle = await openTls(listener.port)
    const client = await openTls(listener.port)
    client.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nab')
    await asked.promise
    const drained = listener.drain()
    const refused = openTls(listener.port)
    await assert.rejects(refused)
    idle.write(GET)
    client.write('cd')
    const text = await readAll(client)
    await drained
    assert.ok(text.endsWith('read'))
    assert.equal(count, 1)
  })

  it('gives up on what takes too long', prompt, async (t) => {
    const asked = Promise.withResolvers<void>()
    const listener = await listen(t, { limits: { drainMs: 200 }, handle: () => asked.resolve() })
    const client = await openTls(listener.port)
    client.write(GET)
    await asked.promise
    const text = readAll(client)
    await listener.drain()
    assert.equal(await text, '')
  })
})
