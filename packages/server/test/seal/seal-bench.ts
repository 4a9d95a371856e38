import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeUtf8, SecretBytes } from '@claviger/bytes'
import {
  isKeeperError,
  type NewSeal,
  type SealCredential,
  type SealMethod,
  type Tenant,
  type TenantId,
} from '@claviger/core'
import { runSelfTests } from '@claviger/crypto'
import { Keyring } from '../../src/custody/software/keyring.ts'
import { LockedMemory } from '../../src/custody/software/locked-memory.ts'
import { KeeperSeal } from '../../src/seal/keeper-seal.ts'

runSelfTests()

export const memory = new LockedMemory({ warn: () => undefined })
export const MESSAGE = encodeUtf8('a row')

/** What survives a crash: a folder with the seal file, and the tenants' records in a pretended store. */
export class Disk {
  readonly folder = mkdtempSync(join(tmpdir(), 'claviger-seal-'))
  readonly tenants = new Map<TenantId, Tenant>()

  get path(): string {
    return join(this.folder, 'seal.json')
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** One run of the keeper over a disk. A crash is a throw from `failpoint`; the next run is a new object. */
export class Run {
  readonly disk: Disk
  readonly keyring = new Keyring(memory)
  readonly seal: KeeperSeal
  readonly warnings: string[] = []
  now = 1_000_000

  constructor(disk: Disk, failpoint: (step: string) => void = () => undefined) {
    this.disk = disk
    this.seal = new KeeperSeal({
      path: disk.path,
      keyring: this.keyring,
      memory,
      clock: { now: () => this.now },
      warn: (message) => void this.warnings.push(message),
      failpoint,
      afterUnseal: async () => {
        for (const tenant of disk.tenants.values()) this.keyring.load(tenant)
      },
      rewrapTenants: async (rewrap) => {
        for (const [id, tenant] of disk.tenants) {
          const fresh = rewrap(tenant)
          if (fresh !== undefined) disk.tenants.set(id, fresh)
          failpoint(`tenant:${id}`)
        }
      },
    })
  }

  addTenant(name: string): Uint8Array {
    const id = name as TenantId
    const tenant: Tenant = {
      id,
      name,
      state: 'active',
      createdAt: 0,
      ...this.keyring.createTenantKeys(id, 0),
    }
    this.disk.tenants.set(id, tenant)
    this.keyring.load(tenant)
    return this.keyring.mac(id, MESSAGE)
  }
}

export function shamir(shares: number, threshold: number): SealMethod {
  return { kind: 'shamir', shares, threshold }
}

export function passphrase(text: string): SealMethod & SealCredential {
  return { kind: 'passphrase', passphrase: new SecretBytes(encodeUtf8(text)) }
}

export function share(text: string): SealCredential {
  return { kind: 'share', share: new SecretBytes(encodeUtf8(text)) }
}

/** The texts of new shares, so that tests can tamper with them. */
export function texts(made: NewSeal): string[] {
  return (made.shares ?? []).map((one) => Buffer.from(one.exposeBytes()).toString('latin1'))
}

export async function unsealAll(run: Run, shares: readonly string[]): Promise<void> {
  for (const text of shares) await run.seal.unseal(share(text))
}

/** Expects a KeeperError of a code and, for shares, of a problem. */
export function refuses(code: string, problem?: string): (error: unknown) => boolean {
  return (error) =>
    isKeeperError(error) &&
    error.code === code &&
    (problem === undefined || error.details['problem'] === problem)
}
