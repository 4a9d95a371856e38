import type { SecretBytes } from '@claviger/bytes'
import { KeeperError } from '../../error.ts'
import { DEFAULT_TENANT, SYSTEM_TENANT } from '../../id.ts'
import type { Stored } from '../../storage/store.ts'
import type { ManagementOperation, ManagementScope } from '../management-operation.ts'

/*
 * The seal that a tenant has of its own: its KEKs are under a passphrase of its people as well as under the
 * root. Whoever calls acts on the tenant that they are in; nobody seals or unseals another's.
 */

export interface OwnSealStatus {
  readonly sealed: boolean
  /** How many passphrases there have been; grows by one with each. */
  readonly generation: number
}

export interface ProtectTenantInput {
  readonly passphrase: SecretBytes
  /** The present one, where there is one. */
  readonly currentPassphrase?: SecretBytes
}

const target = () => ({ kind: 'seal', ref: 'tenant' }) as const

/** Begins the tenant's own seal, or gives it another passphrase: one record, and so one transaction. */
export const protectTenant: ManagementOperation<'seal', ProtectTenantInput, OwnSealStatus> = {
  action: 'tenant.protect',
  target,
  run: async (scope, { passphrase, currentPassphrase: current }) => {
    const { ports, now, session, tenant } = scope
    const { value, revision } = await readOwn(scope)
    const passphrases = { next: passphrase, ...(current !== undefined && { current }) }
    const changed = await ports.tenants.protect(value, passphrases, session.principal, now)
    const generation = changed.ownSeal?.generation ?? 0
    return {
      output: { sealed: false, generation },
      puts: [
        { kind: 'tenant', tenant: SYSTEM_TENANT, id: tenant, value: changed, expected: revision },
      ],
      details: { generation },
      after: async () => {
        // The KEKs were there under the root alone, or another passphrase, a moment ago.
        await ports.store.scrub()
        // From what is stored, by the passphrase alone: what could not be opened later does not go unnoticed.
        await ports.tenants.unseal(tenant, passphrase)
      },
    }
  },
}

/** Wipes what of the tenant is open; its people, and they alone, go on by `unsealTenant`. */
export const sealTenant: ManagementOperation<'seal', Record<never, never>, OwnSealStatus> = {
  action: 'tenant.seal',
  target,
  whileSealed: 'tenant',
  run: async (scope) => {
    const { ports, tenant } = scope
    const { ownSeal } = (await readOwn(scope)).value
    if (ownSeal === undefined) throw noOwnSeal()
    return {
      output: { sealed: true, generation: ownSeal.generation },
      details: { sealed: true },
      after: () => ports.tenants.seal(tenant),
    }
  },
}

export interface UnsealTenantInput {
  readonly passphrase: SecretBytes
}

/** Harmless where it is open already; the passphrase is checked all the same. */
export const unsealTenant: ManagementOperation<'seal', UnsealTenantInput, OwnSealStatus> = {
  action: 'tenant.unseal',
  target,
  whileSealed: 'tenant',
  run: async (scope, { passphrase }) => {
    const { ports, session, tenant } = scope
    const { ownSeal } = (await readOwn(scope)).value
    if (ownSeal === undefined) throw noOwnSeal()
    await ports.tenants.unseal(tenant, passphrase, session.principal)
    return {
      output: { sealed: false, generation: ownSeal.generation },
      details: { sealed: false },
    }
  },
}

async function readOwn({
  ports: { store },
  tenant,
}: ManagementScope<'seal'>): Promise<Stored<'tenant'>> {
  if (tenant === DEFAULT_TENANT) {
    throw new KeeperError('precondition-failed', "the first tenant's seal is the keeper's")
  }
  const stored = await store.get('tenant', SYSTEM_TENANT, tenant)
  if (stored === undefined) throw new KeeperError('not-found', 'the tenant is not known here')
  return stored
}

function noOwnSeal(): KeeperError {
  return new KeeperError('conflict', 'the tenant has no seal of its own; `protect` begins one')
}
