import {
  type KeyId,
  type KeySpec,
  type MaterialBinding,
  type NewMaterial,
  type Permit,
  type Purpose,
  type StoredMaterial,
  type Tenant,
  type TenantId,
} from '@claviger/core'
import { runSelfTests } from '@claviger/crypto'
import { mintPermit } from '../../../core/src/policy/permit.ts'
import { freshKey, Keyring } from '../../src/custody/software/keyring.ts'
import { LockedMemory } from '../../src/custody/software/locked-memory.ts'
import { SoftwareCustody } from '../../src/custody/software/software-custody.ts'

runSelfTests()

export const TENANT = 'acme' as TenantId
export const OTHER_TENANT = 'globex' as TenantId
export const LIMITS = { entriesMax: 100, lockedBytesMax: 64 * 1024, secureHeapBytesMax: 64 * 1024 }

export interface CustodyBench {
  readonly memory: LockedMemory
  readonly keyring: Keyring
  readonly custody: SoftwareCustody
  readonly tenants: Map<TenantId, Tenant>
  readonly permit: Permit
}

/** An unsealed software custody with two tenants. */
export function openBench(limits = LIMITS, withoutSodium = false): CustodyBench {
  const memory = new LockedMemory({ warn: () => undefined, withoutSodium })
  const keyring = new Keyring(memory)
  keyring.install([{ generation: 1, bytes: memory.take(freshKey()) }])
  const tenants = new Map<TenantId, Tenant>()
  for (const id of [TENANT, OTHER_TENANT]) {
    const keys = keyring.createTenantKeys(id, 0)
    tenants.set(id, { id, name: id, state: 'active', createdAt: 0, ...keys })
  }
  const findTenant = async (id: TenantId) => tenants.get(id)
  const custody = new SoftwareCustody({ keyring, memory, limits, findTenant })
  return { memory, keyring, custody, tenants, permit: mintPermit('key.encrypt') }
}

let last = 0

export function bindingFor(
  spec: KeySpec,
  purpose: Purpose,
  changes: Partial<MaterialBinding> = {},
): MaterialBinding {
  const key = `01890a5d-ac96-774b-bcce-${String(++last).padStart(12, '0')}` as KeyId
  return { tenant: TENANT, key, version: 1, spec, purpose, generation: 1, ...changes }
}

export function storedFrom(binding: MaterialBinding, made: NewMaterial): StoredMaterial {
  return {
    binding,
    ...(made.material !== undefined && { material: made.material }),
    ...(made.publicKey !== undefined && { publicKey: made.publicKey }),
  }
}

export async function makeKey(
  { custody }: CustodyBench,
  spec: KeySpec,
  purpose: Purpose,
): Promise<StoredMaterial> {
  const binding = bindingFor(spec, purpose)
  return storedFrom(binding, await custody.generate(binding))
}
