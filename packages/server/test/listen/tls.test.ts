import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { TLSSocket } from 'node:tls'
import { certificateFacts } from '@claviger/crypto'
import {
  hasOpenssl,
  listen,
  NAMES,
  openssl,
  openTls,
  readAll,
  sharedTls,
  temporaryFolder,
} from './fixture.ts'
import { ensureTls } from '../../src/listen/tls-files.ts'

const NEEDS = 'needs openssl: apt-get install openssl'
const prompt = { timeout: 30_000 }

/** What `openssl s_client` prints; it lowers its own guard so that the server is what refuses. */
async function sClient(port: number, ...args: string[]): Promise<string> {
  const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-msg', ...args])
  child.stdin.end()
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  }
  await new Promise((resolve) => child.once('close', resolve))
  return text
}

/** Passes a connection on and keeps what the server has sent. */
async function recorder(
  t: TestContext,
  port: number,
): Promise<{ port: number; sent: () => Buffer }> {
  const chunks: Buffer[] = []
  const sockets: Socket[] = []
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1')
    sockets.push(client, server)
    for (const socket of [client, server]) socket.on('error', () => {})
    client.pipe(server)
    server.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  const address = proxy.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { port: address.port, sent: () => Buffer.concat(chunks) }
}

describe('the versions of TLS', () => {
  for (const version of ['-tls1', '-tls1_1']) {
    it(`exclude ${version}, refused by the server with protocol_version`, prompt, async (t) => {
      if (!hasOpenssl()) return t.skip(NEEDS)
      const { port } = await listen(t, {})
      const text = await sClient(port, version, '-cipher', 'DEFAULT:@SECLEVEL=0')
      assert.match(text, />>> TLS 1\.\d, Handshake.*ClientHello/)
      // RFC 8446 §6.2: alert 70.
      assert.match(text, /<<< TLS 1\.\d, Alert.*fatal protocol_version|alert number 70/)
      assert.doesNotMatch(text, /ServerHello/)
    })
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`include ${version}, verified against our CA`, prompt, async (t) => {
      const { port } = await listen(t, {})
      const socket = await openTls(port, { minVersion: version, maxVersion: version })
      assert.equal(socket.getProtocol(), version)
      assert.ok(socket.authorized)
      assert.match(socket.getCipher().name, /GCM|CHACHA20/)
      socket.destroy()
    })
  }
})

describe('the group', () => {
  /** RFC 8446 §4.2.8: a key_share of ServerHello is 0x0033 || length || group || key. */
  const isHybrid = (sent: Buffer): boolean => sent.includes(Buffer.from('0033046411ec', 'hex'))

  it('is X25519MLKEM768 when the peer offers it, alone or among others', prompt, async (t) => {
    const { port } = await listen(t, {})
    for (const ecdhCurve of ['X25519MLKEM768', 'X25519MLKEM768:X25519', 'X25519:X25519MLKEM768']) {
      const proxy = await recorder(t, port)
      const socket = await openTls(proxy.port, { ecdhCurve })
      assert.ok(isHybrid(proxy.sent()), ecdhCurve)
      socket.destroy()
    }
  })

  it('is another when the peer does not know it', prompt, async (t) => {
    const { port } = await listen(t, {})
    for (const ecdhCurve of ['X25519', 'P-256', 'P-384']) {
      const proxy = await recorder(t, port)
      const socket = await openTls(proxy.port, { ecdhCurve })
      assert.ok(socket.authorized && !isHybrid(proxy.sent()))
      socket.destroy()
    }
  })
})

describe("a client's certificate", () => {
  it('reaches the handler by its fingerprint, whoever has signed it', prompt, async (t) => {
    const folder = temporaryFolder(t)
    const own = await ensureTls(folder, ['client.example'], Date.now())
    const seen: (string | undefined)[] = []
    const listener = await listen(t, {
      handle: ({ socket }, response) => {
        assert.ok(socket instanceof TLSSocket)
        seen.push(socket.getPeerX509Certificate()?.fingerprint256)
        response.end()
      },
    })
    for (const options of [{ cert: own.certificate, key: own.key }, {}]) {
      const client = await openTls(listener.port, options)
      client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      await readAll(client)
    }
    const { fingerprint } = certificateFacts(Buffer.from(own.certificate))
    assert.deepEqual(
      seen.map((one) => one?.replaceAll(':', '').toLowerCase()),
      [fingerprint, undefined],
    )
  })
})

describe('our certificates', () => {
  it('satisfy openssl verify -x509_strict for every name', async (t) => {
    if (!hasOpenssl()) return t.skip(NEEDS)
    const folder = temporaryFolder(t)
    const names = [...NAMES, 'kms.example.com', '*.example.com', '::ffff:192.0.2.1', '2001:db8::1']
    await ensureTls(folder, names, Date.now())
    const ca = join(folder, 'ca.pem')
    const verify = [
      'verify',
      '-x509_strict',
      '-check_ss_sig',
      '-purpose',
      'sslserver',
      '-CAfile',
      ca,
    ]
    openssl('verify', '-x509_strict', '-check_ss_sig', '-CAfile', ca, ca)
    for (const name of names) {
      const check = /^[\d.]+$|:/.test(name) ? '-verify_ip' : '-verify_hostname'
      openssl(...verify, check, name.replace('*', 'any'), join(folder, 'server.pem'))
    }
    assert.throws(() =>
      openssl(...verify, '-verify_hostname', 'other.test', join(folder, 'server.pem')),
    )
  })

  it('are presented with their chain', prompt, async (t) => {
    const { port } = await listen(t, {})
    const socket = await openTls(port)
    const { authority = '' } = await sharedTls()
    const issuer = socket.getPeerCertificate(true).issuerCertificate
    assert.equal(
      issuer?.fingerprint256.replaceAll(':', '').toLowerCase(),
      certificateFacts(Buffer.from(authority)).fingerprint,
    )
    socket.destroy()
  })

  it('have a private key that goes with the certificate in PKCS#8', async (t) => {
    const folder = temporaryFolder(t)
    await ensureTls(folder, NAMES, Date.now())
    for (const name of ['ca', 'server']) {
      assert.match(
        readFileSync(join(folder, `${name}.key`), 'utf8'),
        /^-----BEGIN PRIVATE KEY-----\n/,
      )
    }
  })
})
