import assert from 'node:assert/strict'
import { decodeBase64url, encodeBase64 } from '@claviger/bytes'
import { exportKeyText, generateKey, importKey, randomBytes } from '@claviger/crypto'
import { test } from 'node:test'
import {
  type Finding,
  type Needle,
  needlesOf,
  scanMemory,
} from '../../packages/server/test/custody/memory-scan.ts'
import type { RestClient } from './support/rest-client.ts'
import { ServerProcess } from './support/server-process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** Rounds of load after which garbage of the first requests must have been overwritten or given back. */
const LOAD_ROUNDS = 12
const LOAD_BYTES = 1024 * 1024
const LOAD_AT_ONCE = 4

interface KnownKey {
  readonly name: string
  readonly spec: string
  readonly format: 'raw' | 'pkcs8'
  readonly data: Uint8Array
  readonly needles: readonly Needle[]
  readonly verb: 'encrypt' | 'mac' | 'sign'
}

/** Keys whose bytes are known here: symmetric ones whole, private ones by their secret numbers. */
async function knownKeys(): Promise<KnownKey[]> {
  const keys: KnownKey[] = []
  for (const [name, spec, verb] of [
    ['destroyed-aes', 'aes-256', 'encrypt'],
    ['destroyed-hmac', 'hmac-sha256', 'mac'],
    ['live-aes', 'aes-256', 'encrypt'],
  ] as const) {
    const data = randomBytes(32)
    keys.push({ name, spec, verb, format: 'raw', data, needles: needlesOf(name, data) })
  }
  for (const spec of ['ec-p256', 'rsa-2048'] as const) {
    const name = `destroyed-${spec}`
    const { secret } = await generateKey(spec)
    const jwk = JSON.parse(
      exportKeyText(await importKey('pkcs8', secret), 'jwk', { secret: true }),
    ) as Record<string, string>
    const members = spec === 'ec-p256' ? ['d'] : ['d', 'p', 'q']
    const needles = members.flatMap((member) =>
      needlesOf(`${name} ${member}`, decodeBase64url(jwk[member] ?? '')),
    )
    keys.push({ name, spec, verb: 'sign', format: 'pkcs8', data: secret, needles })
  }
  return keys
}

async function use(officer: RestClient, { name, verb }: KnownKey): Promise<void> {
  const body = verb === 'encrypt' ? { plaintext: 'AAAA' } : { message: 'AAAA' }
  for (let times = 0; times < 20; times++) {
    await officer.ok('POST', `/v1/keys/${name}/${verb}`, body)
  }
}

/** Requests of the size of those that brought the keys, and larger: their buffers are used again. */
async function load(officer: RestClient): Promise<void> {
  const large = encodeBase64(new Uint8Array(LOAD_BYTES))
  for (let round = 0; round < LOAD_ROUNDS; round++) {
    const calls = Array.from({ length: LOAD_AT_ONCE }, () =>
      officer.ok('POST', '/v1/keys/load/encrypt', { plaintext: large }),
    )
    await Promise.all(calls)
    for (let small = 0; small < 100; small++) {
      await officer.ok('POST', '/v1/keys/load/encrypt', { plaintext: 'AAAA' })
    }
  }
}

/**
 * The text of the very request that brought a key in clear: it went through buffers of Node's TLS and HTTP,
 * and through strings, that nobody can wipe. It is told of and not held against the keeper; who cannot have it
 * imports wrapped.
 */
const isRequestText = ({ name }: Finding): boolean => name.includes('base64')

const described = (findings: readonly Finding[]): string[] =>
  findings.map(({ name, region, locked }) => `${name}${locked ? ' (locked)' : ''}: ${region}`)

test('of destroyed keys nothing is left in memory, and a live one lies in locked pages only', {
  timeout: 120_000,
}, async (t) => {
  if (process.platform !== 'linux') return t.skip('needs Linux: /proc/PID/mem')
  const server = await ServerProcess.start(temporaryFolder(t))
  const officer = server.client()
  const keys = await knownKeys()
  const needles = keys.flatMap((key) => key.needles)
  for (const key of keys) {
    const material = { format: key.format, data: encodeBase64(key.data) }
    const body = { name: key.name, spec: key.spec, material }
    await officer.ok('POST', '/v1/keys/import', body)
    await use(officer, key)
  }
  let open: Finding[]
  try {
    open = scanMemory(server.pid, needles)
  } catch (error) {
    return t.skip(`needs the right to read another process: run as root (${String(error)})`)
  }
  for (const { name } of keys) {
    assert.ok(
      open.some((finding) => finding.name.startsWith(name)),
      `the scan finds ${name} while it is open`,
    )
  }
  for (const { name } of keys.filter((key) => key.name !== 'live-aes')) {
    await officer.ok('POST', `/v1/keys/${name}/destroy`, { windowDays: 0 })
  }
  await officer.ok('POST', '/v1/keys', { name: 'load', spec: 'aes-256' })
  await load(officer)
  await use(officer, keys.find(({ name }) => name === 'live-aes') as KnownKey)
  const found = scanMemory(server.pid, needles)
  const left = found.filter((finding) => !isRequestText(finding))
  t.diagnostic(`${found.length - left.length} remains of the text of requests`)
  const isLive = ({ name }: Finding): boolean => name.startsWith('live-aes')
  assert.deepEqual(described(left.filter((finding) => !isLive(finding))), [])
  const live = left.filter(isLive)
  assert.ok(live.length > 0, 'the live key is open')
  assert.deepEqual(described(live.filter(({ locked }) => !locked)), [])
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
})
