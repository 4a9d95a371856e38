import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { HttpsListener, type ListenOptions } from '../../src/listen/https-listener.ts'
import { ensureTls, type TlsMaterial } from '../../src/listen/tls-files.ts'

export const NAMES = ['localhost', '127.0.0.1', '::1']

/** A folder that goes away with the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-listen-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function hasOpenssl(): boolean {
  return spawnSync('openssl', ['version']).status === 0
}

export function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

let material: Promise<TlsMaterial> | undefined

/** One certificate for every test that is not about certificates. */
export function sharedTls(): Promise<TlsMaterial> {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-tls-'))
  material ??= ensureTls(folder, NAMES, Date.now()).finally(() =>
    rmSync(folder, { recursive: true }),
  )
  return material
}

/** A listener that is drained at the end, whatever its test has left open. */
export async function listen(
  t: TestContext,
  options: Partial<ListenOptions>,
): Promise<HttpsListener> {
  const listener = await HttpsListener.start({
    address: '127.0.0.1',
    port: 0,
    tls: await sharedTls(),
    connectionsMax: 100,
    handle: (_request, response) => response.end('ok'),
    ...options,
  })
  const drain = listener.drain.bind(listener)
  let drained = false
  listener.drain = () => {
    drained = true
    return drain()
  }
  t.after(async () => {
    if (!drained) await drain()
  })
  return listener
}

export async function openTls(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: (await sharedTls()).authority,
    ...options,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => {})
  return socket
}

export async function openTcp(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.on('error', () => {})
  return socket
}

/** Everything that comes until the peer closes. */
export async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}
