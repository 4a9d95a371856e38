// The keeper whose memory `memory.test.ts` reads: it unseals, opens keys, uses them, and closes them again,
// saying each stage on stdout and waiting for a line on stdin.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type StoredMaterial, systemClock, type Tenant, type TenantId } from '@claviger/core'
import { runSelfTests } from '@claviger/crypto'
import { mintPermit } from '../../../core/src/policy/permit.ts'
import { Keyring } from '../../src/custody/software/keyring.ts'
import { LockedMemory } from '../../src/custody/software/locked-memory.ts'
import { SoftwareCustody } from '../../src/custody/software/software-custody.ts'
import { KeeperSeal } from '../../src/seal/keeper-seal.ts'

interface State {
  readonly sealPath: string
  readonly tenants: readonly Tenant[]
  readonly symmetric: readonly StoredMaterial[]
  readonly signing: readonly {
    stored: StoredMaterial
    mechanism: 'ecdsa-sha256' | 'ecdsa-sha384' | 'ed25519' | 'rsa-pss-sha256'
  }[]
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

async function stage(name: string): Promise<void> {
  process.stdout.write(`${name}\n`)
  await lines.next()
}

runSelfTests()
const state = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as State
const warn = (message: string): void => void process.stderr.write(`${message}\n`)
const memory = new LockedMemory({ warn })
const keyring = new Keyring(memory)
const tenants = new Map<TenantId, Tenant>(state.tenants.map((tenant) => [tenant.id, tenant]))
const custody = new SoftwareCustody({
  keyring,
  memory,
  limits: { entriesMax: 100, lockedBytesMax: 2 ** 20, secureHeapBytesMax: 2 ** 20 },
  findTenant: async (id) => tenants.get(id),
})
const seal = new KeeperSeal({
  path: state.sealPath,
  keyring,
  memory,
  clock: systemClock,
  warn,
  rewrapTenants: async () => undefined,
  afterUnseal: async () => {
    for (const tenant of state.tenants) keyring.load(tenant)
  },
})
const message = new Uint8Array(64).fill(1)
const permit = mintPermit('key.encrypt')

await seal.unseal({ kind: 'file' })
for (const stored of state.symmetric) {
  const material = await custody.open(permit, stored)
  for (let count = 0; count < 200; count++) {
    const { iv, ciphertext } = await material.encrypt('aes-gcm', message)
    await material.decrypt('aes-gcm', iv, ciphertext)
  }
}
const wrapping = await custody.open(permit, state.symmetric[0] as StoredMaterial)
for (const { stored, mechanism } of state.signing) {
  const material = await custody.open(permit, stored)
  for (let count = 0; count < 20; count++) await material.sign(mechanism, message, {})
  await wrapping.wrapMaterial('aes-kwp', material)
}
await stage('open')
for (const stored of [...state.symmetric, ...state.signing.map((one) => one.stored)]) {
  custody.evict(stored.binding.key)
}
await stage('evicted')
seal.seal()
await stage('sealed')
process.exit(0)
