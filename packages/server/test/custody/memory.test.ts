import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { decodeBase64url } from '@claviger/bytes'
import { openKey, randomBytes } from '@claviger/crypto'
import { unwrapRecord } from '../../src/custody/software/wrapped-record.ts'
import { SoftwareCustody } from '../../src/custody/software/software-custody.ts'
import { Disk, memory, Run } from '../seal/seal-bench.ts'
import { bindingFor, LIMITS, storedFrom, TENANT } from './custody-bench.ts'
import { type Finding, type Needle, needlesOf, scanMemory } from './memory-scan.ts'

const CHILD = fileURLToPath(new URL('./memory-child.ts', import.meta.url))

interface Prepared {
  readonly statePath: string
  readonly symmetric: readonly Needle[]
  readonly pairs: readonly Needle[]
  readonly above: readonly Needle[]
}

/** Seals a keeper by a key file, and imports keys whose bytes are known here into it. */
async function prepare(disk: Disk): Promise<Prepared> {
  const run = new Run(disk)
  await run.seal.initialize({ kind: 'file' })
  run.addTenant(TENANT)
  const custody = new SoftwareCustody({
    keyring: run.keyring,
    memory,
    limits: LIMITS,
    findTenant: async (id) => disk.tenants.get(id),
  })
  const symmetric = []
  const symmetricNeedles: Needle[] = []
  for (let count = 0; count < 2; count++) {
    const key = randomBytes(32)
    symmetricNeedles.push(...needlesOf(`aes-256 #${count}`, key))
    const binding = bindingFor('aes-256', 'encrypt')
    symmetric.push(storedFrom(binding, await custody.import(binding, 'raw', key)))
  }
  const signing = []
  const pairNeedles: Needle[] = []
  for (const [spec, mechanism] of [
    ['ec-p256', 'ecdsa-sha256'],
    ['ec-p384', 'ecdsa-sha384'],
    ['ed25519', 'ed25519'],
    ['rsa-2048', 'rsa-pss-sha256'],
  ] as const) {
    const { privateKey } = await custody.generatePair(spec)
    const jwk = createPrivateKey({
      key: Buffer.from(privateKey),
      format: 'der',
      type: 'pkcs8',
    }).export({ format: 'jwk' })
    for (const member of ['d', 'p', 'q'] as const) {
      const text = jwk[member]
      if (typeof text === 'string') {
        pairNeedles.push(...needlesOf(`${spec} ${member}`, decodeBase64url(text)))
      }
    }
    const binding = bindingFor(spec, 'sign')
    signing.push({
      mechanism,
      stored: storedFrom(binding, await custody.import(binding, 'pkcs8', privateKey)),
    })
  }
  const { set, seal } = JSON.parse(readFileSync(disk.path, 'utf8'))
  const sealKey = new Uint8Array(readFileSync(disk.path.replace('.json', '-1.key')))
  const root = unwrapRecord(
    openKey('aes-256', sealKey),
    { kind: 'root', generation: 1, set },
    decodeBase64url(seal.roots[0].wrapped),
  )
  const above = [...needlesOf('seal key', sealKey), ...needlesOf('root', root)]
  const statePath = join(disk.folder, 'state.json')
  const tenants = [...disk.tenants.values()]
  writeFileSync(statePath, JSON.stringify({ sealPath: disk.path, tenants, symmetric, signing }))
  return { statePath, symmetric: symmetricNeedles, pairs: pairNeedles, above }
}

async function nextLine(lines: AsyncIterator<string>): Promise<string> {
  const { value } = await lines.next()
  return String(value)
}

function names(findings: readonly Finding[]): string[] {
  return findings.map(({ name, region }) => `${name}: ${region}`)
}

test('keys lie in locked memory only while open, and nowhere once evicted', {
  timeout: 120_000,
}, async (t) => {
  if (process.platform !== 'linux') return t.skip('needs Linux: /proc/PID/mem')
  const disk = new Disk()
  const { statePath, symmetric, pairs, above } = await prepare(disk)
  const child: ChildProcess = spawn(process.execPath, ['--secure-heap=4194304', CHILD, statePath], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => {
    child.kill('SIGKILL')
    disk.remove()
  })
  assert.ok(child.stdout !== null && child.stdin !== null && child.pid !== undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  assert.equal(await nextLine(lines), 'open')
  let open: Finding[]
  try {
    open = scanMemory(child.pid, [...symmetric, ...pairs, ...above])
  } catch (error) {
    return t.skip(`needs the right to read another process: ${(error as Error).message}`)
  }
  const isSymmetric = (finding: Finding) => finding.name.startsWith('aes')
  const isPair = ({ name }: Finding) => /^(?:ec|ed|rsa)/.test(name)
  assert.ok(open.some(isSymmetric), 'the scan finds an open key at all')
  assert.ok(open.some((finding) => finding.name.startsWith('root')))
  assert.ok(open.some((finding) => finding.name.startsWith('rsa')))
  assert.deepEqual(names(open.filter((one) => !one.locked && !isPair(one))), [])
  assert.deepEqual(names(open.filter(({ name }) => name.startsWith('seal key'))), [])

  const left: Finding[] = []
  for (const stage of ['evicted', 'sealed']) {
    child.stdin.write('\n')
    assert.equal(await nextLine(lines), stage)
    const needles =
      stage === 'evicted' ? [...symmetric, ...pairs] : [...symmetric, ...pairs, ...above]
    left.push(...scanMemory(child.pid, needles))
  }
  child.stdin.write('\n')
  assert.deepEqual(names(left), [])
})
