import {
  type ContentBinding,
  type Custody,
  type ImportFormat,
  KeeperError,
  type KeyId,
  type KeySpec,
  type MaterialBinding,
  type MaterialPlace,
  type MaterialUser,
  type MaybePromise,
  type NewMaterial,
  type OpenMaterial,
  type Permit,
  type StoredMaterial,
  type TenantId,
  type WrappedMaterial,
} from '@claviger/core'

/** A custody that keeps keys in places outside of the keeper. */
export interface PlacedCustody {
  generate(
    binding: MaterialBinding,
    place: MaterialPlace,
    user: MaterialUser | undefined,
  ): MaybePromise<NewMaterial>
  open(
    permit: Permit,
    stored: StoredMaterial,
    place: MaterialPlace,
    user: MaterialUser | undefined,
  ): MaybePromise<OpenMaterial>
}

/**
 * The keeper's own custody, and others by the name that a key's `custody` begins with: `<custody>:<place>`. What
 * belongs to no key, and the part of a key that the keeper itself holds, is always the own one's.
 */
export class RoutedCustody implements Custody {
  readonly #own: Custody
  readonly #elsewhere: Readonly<Record<string, PlacedCustody>>

  constructor(own: Custody, elsewhere: Readonly<Record<string, PlacedCustody>>) {
    this.#own = own
    this.#elsewhere = elsewhere
  }

  get name(): string {
    return this.#own.name
  }

  assertReady(tenant?: TenantId): void {
    this.#own.assertReady(tenant)
  }

  generate(
    binding: MaterialBinding,
    place?: MaterialPlace,
    user?: MaterialUser,
  ): MaybePromise<NewMaterial> {
    if (place === undefined) return this.#own.generate(binding)
    return this.#at(place).generate(binding, place, user)
  }

  import(
    binding: MaterialBinding,
    format: ImportFormat,
    data: Uint8Array,
  ): MaybePromise<NewMaterial> {
    return this.#own.import(binding, format, data)
  }

  inspect(
    format: ImportFormat,
    data: Uint8Array,
  ): MaybePromise<{ readonly spec: KeySpec; readonly half: 'secret' | 'public' }> {
    return this.#own.inspect(format, data)
  }

  open(permit: Permit, stored: StoredMaterial, user?: MaterialUser): MaybePromise<OpenMaterial> {
    const { place } = stored
    if (place === undefined) return this.#own.open(permit, stored)
    return this.#at(place).open(permit, stored, place, user)
  }

  openPublic(permit: Permit, stored: StoredMaterial): MaybePromise<OpenMaterial> {
    return this.#own.openPublic(permit, stored)
  }

  wrapContent(binding: ContentBinding, content: Uint8Array): WrappedMaterial {
    return this.#own.wrapContent(binding, content)
  }

  openContent(permit: Permit, binding: ContentBinding, wrapped: WrappedMaterial): Uint8Array {
    return this.#own.openContent(permit, binding, wrapped)
  }

  evict(key: KeyId, version?: number): void {
    this.#own.evict(key, version)
  }

  rewrap(
    permit: Permit,
    stored: StoredMaterial,
    generation: number,
  ): MaybePromise<WrappedMaterial> {
    return this.#own.rewrap(permit, stored, generation)
  }

  random(lengthBytes: number): Uint8Array {
    return this.#own.random(lengthBytes)
  }

  generatePair(spec: KeySpec): MaybePromise<{ privateKey: Uint8Array; publicKey: Uint8Array }> {
    return this.#own.generatePair(spec)
  }

  #at({ custody }: MaterialPlace): PlacedCustody {
    const name = custody.slice(0, Math.max(0, custody.indexOf(':')))
    const found = Object.hasOwn(this.#elsewhere, name) ? this.#elsewhere[name] : undefined
    if (found !== undefined) return found
    throw new KeeperError('custody-unavailable', `no custody \`${name}\` is configured here`)
  }
}
