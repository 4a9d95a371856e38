import {
  decodeBase64,
  decodeBase64url,
  encodeBase64,
  encodeBase64url,
  encodeUtf8,
} from '@claviger/bytes'
import {
  assertPermit,
  type ContentBinding,
  type Custody,
  type ImportFormat,
  KeeperError,
  type KeyId,
  type KeySpec,
  type MaterialBinding,
  type MaybePromise,
  type NewMaterial,
  type OpenMaterial,
  type Permit,
  type StoredMaterial,
  specFacts,
  type Tenant,
  type TenantId,
  type WrappedMaterial,
} from '@claviger/core'
import {
  deriveBytes,
  generateKey,
  hash,
  importKey,
  type KeyFormat,
  type OpenKey,
  openKey,
  openPublicKey,
  randomSecret,
} from '@claviger/crypto'
import type { RecordBinding } from '@claviger/envelope'
import { collectGarbage } from './garbage.ts'
import { withKeeperErrors } from './keeper-error.ts'
import type { Keyring } from './keyring.ts'
import type { LockedMemory } from './locked-memory.ts'
import { MaterialCache, type MaterialCacheLimits, type OpenedMaterial } from './material-cache.ts'
import { type SecretLender, SoftwareMaterial } from './software-material.ts'

const CHECK_VALUE_BYTES = 8
const MATERIAL_ID_BYTES = 32
const CHECK_VALUE_INFO = encodeUtf8('claviger/check-value/v1')

export interface SoftwareCustodyOptions {
  readonly keyring: Keyring
  readonly memory: LockedMemory
  readonly limits: MaterialCacheLimits
  /** Finds the record of a tenant whose keys are not open yet. */
  readonly findTenant: (tenant: TenantId) => Promise<Tenant | undefined>
}

/** Key material in this process: wrapped at rest under tenants' KEKs, opened into a bounded cache. */
export class SoftwareCustody implements Custody {
  readonly name = 'software'
  readonly #keyring: Keyring
  readonly #memory: LockedMemory
  readonly #findTenant: SoftwareCustodyOptions['findTenant']
  readonly #opened: MaterialCache
  /** Apart from the private halves: a public half stays usable where the secret is gone. */
  readonly #openedPublic: MaterialCache

  constructor(options: SoftwareCustodyOptions) {
    this.#keyring = options.keyring
    this.#memory = options.memory
    this.#findTenant = options.findTenant
    this.#opened = new MaterialCache(options.limits)
    this.#openedPublic = new MaterialCache(options.limits)
    options.keyring.onWipe(() => this.#clear())
    options.keyring.onClose((tenant) => this.#evictTenant(tenant))
  }

  assertReady(tenant?: TenantId): void {
    if (tenant === undefined) this.#keyring.assertUnsealed()
    else this.#keyring.assertOpen(tenant)
  }

  /** How many keys are open now. */
  get openCount(): number {
    return this.#opened.count + this.#openedPublic.count
  }

  async generate(binding: MaterialBinding): Promise<NewMaterial> {
    await this.#ready(binding.tenant)
    const made = await this.#withRoom(() => generateKey(binding.spec))
    return this.#wrapNew(binding, made.secret, made.public)
  }

  async import(
    binding: MaterialBinding,
    format: ImportFormat,
    data: Uint8Array,
  ): Promise<NewMaterial> {
    await this.#ready(binding.tenant)
    const read = await withKeeperErrors(() =>
      importKey(cryptoFormat(format, binding.spec), data, binding.spec),
    )
    if (read.spec !== binding.spec) {
      read.secret?.fill(0)
      throw new KeeperError('invalid-input', `the key is of spec ${read.spec}, not ${binding.spec}`)
    }
    return this.#wrapNew(binding, read.secret, read.public)
  }

  async inspect(
    format: ImportFormat,
    data: Uint8Array,
  ): Promise<{ spec: KeySpec; half: 'secret' | 'public' }> {
    const read = await withKeeperErrors(() => importKey(format, data))
    read.secret?.fill(0)
    return { spec: read.spec, half: read.secret === undefined ? 'public' : 'secret' }
  }

  open(permit: Permit, stored: StoredMaterial): MaybePromise<OpenMaterial> {
    assertPermit(permit)
    const known = this.#opened.get(stored)
    if (known !== undefined) return known
    const { tenant } = stored.binding
    this.#keyring.assertUnsealed()
    if (this.#keyring.has(tenant)) return this.#openNew(stored)
    return this.#ready(tenant).then(() => this.#opened.get(stored) ?? this.#openNew(stored))
  }

  openPublic(permit: Permit, stored: StoredMaterial): OpenMaterial {
    assertPermit(permit)
    const known = this.#openedPublic.get(stored)
    if (known !== undefined) return known
    if (stored.publicKey === undefined) {
      throw new KeeperError('unsupported', 'this key has no public half')
    }
    const encoded = decodeBase64(stored.publicKey)
    const key = withKeeperErrors(() => openPublicKey(stored.binding.spec, encoded))
    const material = new SoftwareMaterial(key)
    this.#openedPublic.put(stored, { material, place: 'none', bytes: 0 })
    return material
  }

  evict(key: KeyId, version?: number): void {
    this.#openedPublic.evict(key, version)
    if (this.#opened.evict(key, version)) collectGarbage()
  }

  async rewrap(
    permit: Permit,
    stored: StoredMaterial,
    generation: number,
  ): Promise<WrappedMaterial> {
    assertPermit(permit)
    await this.#ready(stored.binding.tenant)
    const secret = this.#unwrap(stored)
    try {
      return this.#wrap(recordBinding({ ...stored.binding, generation }), secret)
    } finally {
      secret.fill(0)
    }
  }

  wrapContent(binding: ContentBinding, content: Uint8Array): WrappedMaterial {
    return this.#wrap(contentBinding(binding), content)
  }

  openContent(permit: Permit, binding: ContentBinding, wrapped: WrappedMaterial): Uint8Array {
    assertPermit(permit)
    return this.#keyring.unwrap(binding.tenant, contentBinding(binding), decodeRecord(wrapped))
  }

  random(lengthBytes: number): Uint8Array {
    return withKeeperErrors(() => randomSecret(lengthBytes))
  }

  async generatePair(spec: KeySpec): Promise<{ privateKey: Uint8Array; publicKey: Uint8Array }> {
    if (specFacts(spec).form !== 'pair') {
      throw new KeeperError('invalid-input', `\`${spec}\` is not a pair`)
    }
    const made = await this.#withRoom(() => generateKey(spec))
    if (made.public === undefined) throw new Error('a pair has a public half')
    return { privateKey: made.secret, publicKey: made.public }
  }

  /** Opens the tenant's keys where they are not open yet. */
  async #ready(tenant: TenantId): Promise<void> {
    this.#keyring.assertUnsealed()
    if (this.#keyring.has(tenant)) return
    const record = await this.#findTenant(tenant)
    if (record === undefined) throw new KeeperError('not-found', 'the tenant is not known here')
    if (!this.#keyring.has(tenant)) this.#keyring.load(record)
  }

  #wrapNew(
    binding: MaterialBinding,
    secret: Uint8Array | undefined,
    publicKey: Uint8Array | undefined,
  ): NewMaterial {
    try {
      return {
        ...(secret !== undefined && { material: this.#wrap(recordBinding(binding), secret) }),
        ...(publicKey !== undefined && { publicKey: encodeBase64(publicKey) }),
        ...identityOf(secret, publicKey),
      }
    } finally {
      secret?.fill(0)
    }
  }

  #wrap(
    binding: RecordBinding & { readonly tenant: TenantId },
    secret: Uint8Array,
  ): WrappedMaterial {
    return encodeBase64url(this.#keyring.wrap(binding.tenant, binding, secret)) as WrappedMaterial
  }

  /** SAFETY: the secret is in ordinary memory; every caller moves it or wipes it. */
  #unwrap({ binding, material }: StoredMaterial): Uint8Array {
    if (material === undefined) throw new KeeperError('wrong-state', 'this version has no material')
    return this.#keyring.unwrap(binding.tenant, recordBinding(binding), decodeRecord(material))
  }

  #openNew(stored: StoredMaterial): SoftwareMaterial {
    const { spec } = stored.binding
    const opened =
      specFacts(spec).form === 'symmetric' || spec === 'x-wing'
        ? this.#openLocked(stored)
        : this.#openPair(stored)
    this.#opened.put(stored, opened)
    return opened.material
  }

  #openLocked(stored: StoredMaterial): OpenedMaterial {
    const locked = this.#memory.take(this.#unwrap(stored))
    try {
      const key = withKeeperErrors(() => openKey(stored.binding.spec, locked.bytes))
      const lend: SecretLender = (use) => use(locked.bytes)
      const material = new SoftwareMaterial(key, locked, lend)
      return { material, place: 'locked', bytes: locked.length }
    } catch (error) {
      locked.free()
      throw error
    }
  }

  #openPair(stored: StoredMaterial): OpenedMaterial {
    const secret = this.#unwrap(stored)
    try {
      const key = this.#openIntoSecureHeap(stored.binding.spec, secret)
      const material = new SoftwareMaterial(key, undefined, (use) => this.#lend(stored, use))
      // OpenSSL keeps the numbers of a PKCS#8 structure, each rounded up to a power of two.
      return { material, place: 'secure-heap', bytes: 2 * secret.length }
    } finally {
      secret.fill(0)
    }
  }

  /** Private keys are not kept as bytes: their wrapping by another key unwraps the record anew. */
  #lend<Result>(stored: StoredMaterial, use: (secret: Uint8Array) => Result): Result {
    const secret = this.#unwrap(stored)
    const wipe = (): void => void secret.fill(0)
    try {
      const result = use(secret)
      if (!(result instanceof Promise)) {
        wipe()
        return result
      }
      return result.finally(wipe) as Result
    } catch (error) {
      wipe()
      throw error
    }
  }

  /**
   * The record was authentic, so a key that OpenSSL refuses is one it has no room for: its secure heap is
   * full. Room is made once.
   */
  #openIntoSecureHeap(spec: KeySpec, secret: Uint8Array): OpenKey {
    try {
      return openKey(spec, secret)
    } catch {
      this.#makeRoom()
      return withKeeperErrors(() => openKey(spec, secret))
    }
  }

  async #withRoom<Result>(run: () => MaybePromise<Result>): Promise<Result> {
    try {
      return await run()
    } catch {
      this.#makeRoom()
      return await withKeeperErrors(run)
    }
  }

  #makeRoom(): void {
    this.#opened.evictOldest('secure-heap')
    collectGarbage()
  }

  #evictTenant(tenant: TenantId): void {
    this.#openedPublic.evictTenant(tenant)
    if (this.#opened.evictTenant(tenant)) collectGarbage()
  }

  #clear(): void {
    this.#openedPublic.clear()
    if (this.#opened.clear()) collectGarbage()
  }
}

/** A pair has no `raw` form of its own in the crypto package: it is the seed or the scalar. */
function cryptoFormat(format: ImportFormat, spec: KeySpec): KeyFormat {
  return format === 'raw' && specFacts(spec).form === 'pair' ? 'raw-private' : format
}

function recordBinding(binding: MaterialBinding): RecordBinding & { readonly tenant: TenantId } {
  return { kind: 'material', ...binding }
}

function contentBinding(binding: ContentBinding): RecordBinding & { readonly tenant: TenantId } {
  return { ...binding, kind: 'content', objectKind: binding.kind }
}

function decodeRecord(text: WrappedMaterial): Uint8Array {
  try {
    return decodeBase64url(text)
  } catch (cause) {
    throw new KeeperError('integrity', 'a stored key is not well formed', { cause })
  }
}

/**
 * For a pair SHA-256 of its SPKI, for a symmetric key 32 bytes that HKDF derives from it for this use
 * alone: two keys are told apart, and neither is revealed. The check value is the first 8 bytes.
 */
function identityOf(
  secret: Uint8Array | undefined,
  publicKey: Uint8Array | undefined,
): { readonly checkValue: string; readonly materialId: string } {
  if (publicKey === undefined && secret === undefined) {
    throw new KeeperError('invalid-input', 'the key has neither half')
  }
  const materialId =
    publicKey !== undefined
      ? hash('sha256', publicKey).toHex()
      : deriveBytes(secret as Uint8Array, 'hkdf-sha256', {
          lengthBytes: MATERIAL_ID_BYTES,
          info: CHECK_VALUE_INFO,
        }).toHex()
  return { checkValue: materialId.slice(0, 2 * CHECK_VALUE_BYTES), materialId }
}
