import type {
  Custody,
  KeyId,
  MaterialBinding,
  MaterialPlace,
  MaterialUser,
  MaybePromise,
  NewMaterial,
  OpenMaterial,
  Permit,
  StoredMaterial,
  TenantId,
} from '@claviger/core'
import type { Keyring } from '../software/keyring.ts'
import type { PlacedCustody } from '../routed-custody.ts'
import type { Proxy, ProxyClient, ProxyRequestMetadata } from './proxy-client.ts'
import { unwrapCredential } from './proxy-credential.ts'
import { proxyFailure } from './proxy-failure.ts'
import { XksMaterial } from './xks-material.ts'

/** A key store as it is kept, with its credential wrapped. */
export interface XksStore extends Omit<Proxy, 'secret'> {
  readonly secret: string
  readonly connected: boolean
  /** 12 digits, for the names that the proxy is told. */
  readonly account: string
}

export interface XksCustodyOptions {
  /** Keeps the inner layer's material. */
  readonly own: Custody
  readonly keyring: Keyring
  readonly client: ProxyClient
  /** @param store the place, as keys name it */
  readonly find: (tenant: TenantId, store: string) => MaybePromise<XksStore | undefined>
  readonly requestId: () => string
}

/**
 * Keys that somebody else keeps behind a proxy. As in AWS, what is encrypted is encrypted twice: by a key of the
 * keeper's own, and then by the proxy's. Neither side can read it alone, and the proxy never sees a plaintext.
 */
export class XksCustody implements PlacedCustody {
  readonly #options: XksCustodyOptions

  constructor(options: XksCustodyOptions) {
    this.#options = options
  }

  /** The key must be there and fit for its use before one of ours stands for it. */
  async generate(
    binding: MaterialBinding,
    { custody, externalId }: MaterialPlace,
    user: MaterialUser | undefined,
  ): Promise<NewMaterial> {
    const { client, own } = this.#options
    const store = await this.#connected(binding.tenant, custody)
    // There is no key yet whose ARN could be told.
    const { kmsKeyArn: _none, ...metadata } = this.#metadata(store, 'CreateKey', binding.key, user)
    await this.#with(binding.tenant, custody, store, (proxy) =>
      client.assertFitKey(proxy, externalId, metadata),
    )
    return own.generate(binding)
  }

  async open(
    permit: Permit,
    stored: StoredMaterial,
    place: MaterialPlace,
    user: MaterialUser | undefined,
  ): Promise<OpenMaterial> {
    const { client, own } = this.#options
    const { tenant, key } = stored.binding
    const store = await this.#connected(tenant, place.custody)
    const inner = await own.open(permit, stored)
    return new XksMaterial({
      inner,
      client,
      externalId: place.externalId,
      metadata: this.#metadata(store, OPERATIONS[permit.action] ?? permit.action, key, user),
      use: (run) => this.#with(tenant, place.custody, store, run),
    })
  }

  async #connected(tenant: TenantId, custody: string): Promise<XksStore> {
    const store = await this.#options.find(tenant, placeIn(custody))
    if (store?.connected !== true) throw proxyFailure('not-connected')
    return store
  }

  /** Opens the credential for one request, and wipes it. */
  async #with<Result>(
    tenant: TenantId,
    custody: string,
    store: XksStore,
    run: (proxy: Proxy) => Promise<Result>,
  ): Promise<Result> {
    const { endpoint, path, region, accessKeyId } = store
    const secret = unwrapCredential(this.#options.keyring, tenant, placeIn(custody), store.secret)
    try {
      return await run({ endpoint, path, region, accessKeyId, secret })
    } finally {
      secret.fill(0)
    }
  }

  #metadata(
    { account, region }: XksStore,
    kmsOperation: string,
    key: KeyId,
    user: MaterialUser | undefined,
  ): ProxyRequestMetadata {
    const name = user === undefined ? 'root' : `user/${user.session.name}`
    return {
      awsPrincipalArn: `arn:aws:iam::${account}:${name}`,
      kmsKeyArn: `arn:aws:kms:${region}:${account}:key/${key}`,
      kmsOperation,
      kmsRequestId: user?.request?.requestId ?? this.#options.requestId(),
    }
  }
}

/** `xks:<region>/<id>` names the key store after the colon. */
const placeIn = (custody: string): string => custody.slice(custody.indexOf(':') + 1)

/** What KMS would call what is done; the keeper's own word for what KMS has none for. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'key.encrypt': 'Encrypt',
  'key.decrypt': 'Decrypt',
  'key.generate-data-key': 'GenerateDataKey',
  'key.generate-data-key-pair': 'GenerateDataKeyPair',
  'key.re-encrypt': 'ReEncrypt',
  'key.re-encrypt-from': 'ReEncrypt',
  'key.re-encrypt-to': 'ReEncrypt',
}
