import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HttpsListener } from '../../src/listen/https-listener.ts'
import { listen, openTcp, openTls, readAll, sharedTls } from './fixture.ts'

const prompt = { timeout: 30_000 }

describe('a peer that takes its time', () => {
  it('is let go when it does not shake hands', prompt, async (t) => {
    const listener = await listen(t, { limits: { handshakeMs: 200 } })
    assert.equal(await readAll(await openTcp(listener.port)), '')
  })

  it('is let go when its headers trickle in (slowloris)', prompt, async (t) => {
    let handled = 0
    const listener = await listen(t, { limits: { headersMs: 400 }, handle: () => handled++ })
    const client = await openTls(listener.port)
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n')
    const drip = setInterval(() => client.write('X-A: b\r\n'), 50)
    const text = await readAll(client)
    clearInterval(drip)
    assert.match(text, /^HTTP\/1\.1 408/)
    assert.equal(handled, 0)
  })

  it('is let go when its body never ends', prompt, async (t) => {
    const listener = await listen(t, {
      limits: { headersMs: 400, requestMs: 600 },
      handle: (request) => void request.resume(),
    })
    const client = await openTls(listener.port)
    client.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n')
    const drip = setInterval(() => client.write('x'), 50)
    await readAll(client)
    clearInterval(drip)
  })

  it('is let go when it asks nothing more', prompt, async (t) => {
    const listener = await listen(t, { limits: { keepAliveMs: 100 } })
    const client = await openTls(listener.port)
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    assert.match(await readAll(client), /ok$/)
  })
})

describe('what a peer may ask for', () => {
  it('is headers of 16 KiB', prompt, async (t) => {
    const listener = await listen(t, {})
    const ask = async (length: number): Promise<string> => {
      const client = await openTls(listener.port)
      const header = `X-Long: ${'a'.repeat(length)}`
      client.write(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${header}\r\n\r\n`)
      return readAll(client)
    }
    assert.match(await ask(15_000), /^HTTP\/1\.1 200/)
    assert.match(await ask(17_000), /^HTTP\/1\.1 431/)
  })

  it('is HTTP without a second meaning (RFC 9112 §6.3)', prompt, async (t) => {
    let handled = 0
    const listener = await listen(t, { handle: () => handled++ })
    for (const smuggled of [
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      'GET / HTTP/1.1\r\n\r\n',
      'GET / HTTP/1.1\nHost: a\n\n',
    ]) {
      const client = await openTls(listener.port)
      client.write(smuggled)
      assert.match(await readAll(client), /^HTTP\/1\.1 400/, smuggled)
    }
    assert.equal(handled, 0)
  })

  it('is connections up to the limit, and again once one is closed', prompt, async (t) => {
    const listener = await listen(t, { connectionsMax: 2 })
    const first = await openTls(listener.port)
    await openTls(listener.port)
    assert.equal(await readAll(await openTcp(listener.port)), '')
    first.destroy()
    // The server learns of it a moment later.
    for (;;) {
      const again = await openTls(listener.port).catch(() => undefined)
      if (again !== undefined) break
    }
  })
})

describe('a listener that cannot start', () => {
  const start = async (options: {
    port?: number
    address?: string
    key?: string
  }): Promise<void> => {
    const tls = await sharedTls()
    await HttpsListener.start({
      address: options.address ?? '127.0.0.1',
      port: options.port ?? 0,
      tls: { ...tls, key: options.key ?? tls.key },
      connectionsMax: 1,
      handle: () => {},
    })
  }

  it('says why in one line', async (t) => {
    const { port } = await listen(t, {})
    await assert.rejects(start({ port }), {
      message: `port ${port} on 127.0.0.1 is taken; stop what uses it or choose another port`,
    })
    await assert.rejects(start({ address: '192.0.2.1' }), {
      message: '192.0.2.1 is not an address of this machine',
    })
    await assert.rejects(
      start({ key: 'no key' }),
      /^Error: the TLS certificate and key cannot be used; [^\n]+$/,
    )
  })
})
