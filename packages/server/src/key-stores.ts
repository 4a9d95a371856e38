import { readFileSync } from 'node:fs'
import type { Custody, Keeper, MaybePromise, TenantId } from '@claviger/core'
import type { Keyring } from './custody/software/keyring.ts'
import { ProxyClient } from './custody/xks/proxy-client.ts'
import { unwrapCredential, wrapCredential } from './custody/xks/proxy-credential.ts'
import { XksCustody, type XksStore } from './custody/xks/xks-custody.ts'
import {
  type KeyStoreDocument,
  keyStoreName,
  keyStoreOf,
  keyStorePlace,
} from './protocols/aws-kms/key-store/document.ts'
import type { KeyStorePort } from './protocols/aws-kms/key-store/port.ts'
import { uuidV7 } from './uuid.ts'

export interface KeyStoresOptions {
  readonly own: Custody
  readonly keyring: Keyring
  readonly now: () => number
  readonly timeoutMs: number
  readonly hosts?: readonly string[]
  /** A file of authorities (PEM) beside the system's own. */
  readonly authorities?: string
}

/** External key stores: the custody that keys in them have, and what AWS's actions ask of them. */
export class KeyStores implements KeyStorePort {
  readonly custody: XksCustody
  readonly #options: KeyStoresOptions
  readonly #client: ProxyClient
  #keeper: Keeper | undefined

  constructor(options: KeyStoresOptions) {
    this.#options = options
    const { own, keyring, now, timeoutMs, hosts, authorities } = options
    this.#client = new ProxyClient({
      now,
      timeoutMs,
      ...(hosts !== undefined && { hosts }),
      ...(authorities !== undefined && { authorities: readAuthorities(authorities) }),
    })
    this.custody = new XksCustody({
      own,
      keyring,
      client: this.#client,
      find: (tenant, store) => this.#find(tenant, store),
      requestId: () => uuidV7(now()),
    })
  }

  /** The keeper is made with this custody, and holds what this custody looks up. */
  bind(keeper: Keeper): void {
    this.#keeper = keeper
  }

  close(): void {
    this.#client.close()
  }

  wrapSecret(tenant: TenantId, place: string, secret: string): string {
    return wrapCredential(this.#options.keyring, tenant, place, secret)
  }

  async probe(
    tenant: TenantId,
    store: KeyStoreDocument,
    {
      operation,
      requestId,
    }: { readonly operation: string; readonly requestId: string | undefined },
  ): Promise<void> {
    const { keyring, now } = this.#options
    const { endpoint, path, region, accessKeyId } = store
    const secret = unwrapCredential(keyring, tenant, keyStorePlace(store), store.secret)
    const metadata = { kmsOperation: operation, kmsRequestId: requestId ?? uuidV7(now()) }
    try {
      await this.#client.assertHealthy({ endpoint, path, region, accessKeyId, secret }, metadata)
    } finally {
      secret.fill(0)
    }
  }

  #find(tenant: TenantId, place: string): MaybePromise<XksStore | undefined> {
    const found = this.#keeper?.attachments.get(tenant, keyStoreName(place))
    if (found instanceof Promise)
      return found.then((stored) => stored && storeOf(keyStoreOf(stored)))
    return found && storeOf(keyStoreOf(found))
  }
}

function storeOf({ state, ...store }: KeyStoreDocument): XksStore {
  return { ...store, connected: state === 'CONNECTED' }
}

function readAuthorities(path: string): readonly string[] {
  return [readFileSync(path, 'utf8')]
}
