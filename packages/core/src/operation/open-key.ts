import type { MaybePromise, StoredMaterial } from '../custody/custody.ts'
import { KeeperError } from '../error.ts'
import { assertAlgorithm } from '../key/algorithm-policy.ts'
import { awaitingMaterial, lacksMaterial } from '../key/imported-material.ts'
import type { Key, KeyVersion } from '../key/key.ts'
import { placeOf } from '../key/material-place.ts'
import { effectiveState } from '../key/lifecycle.ts'
import { limitsOf } from '../key/limits.ts'
import { type Mechanism, pickMechanism } from '../key/mechanism.ts'
import { primaryMechanism } from '../key/primary-mechanism.ts'
import { DIRECTION, HALF, type Usage } from '../key/purpose.ts'
import { specFacts } from '../key/spec.ts'
import { assertUsable } from '../key/usability.ts'
import type { Decision } from '../policy/authorizer.ts'
import type { Permit } from '../policy/permit.ts'
import type { RequestContext, Session } from '../principal/principal.ts'
import type { Stored } from '../storage/store.ts'
import type { Admission } from './admission.ts'
import type { KeyUse, UseRequest } from './data-operation.ts'
import { type KeyCache, type LoadedKey, versionRecordId } from './key-cache.ts'
import type { KeeperPorts } from './ports.ts'
import type { UsageLedger } from './usage-ledger.ts'

/** A key that policy has let in for one action. */
export interface Admitted {
  readonly loaded: LoadedKey
  readonly decision: Decision
  readonly permit: Permit
  readonly session: Session
  readonly request: RequestContext
}

/** A key may change this often while one call waits for it before the call gives up. */
export const CHANGES_MAX = 8

/** State, period, algorithm and limits, and then the material: the rest of the one way in. */
export class KeyOpener {
  readonly #ports: KeeperPorts
  readonly #keys: KeyCache
  readonly #usage: UsageLedger
  readonly #admission: Admission

  constructor(ports: KeeperPorts, keys: KeyCache, usage: UsageLedger, admission: Admission) {
    this.#ports = ports
    this.#admission = admission
    this.#keys = keys
    this.#usage = usage
  }

  /** Synchronous when the version and its material are at hand and its reserved uses last. */
  open(admitted: Admitted, request: UseRequest, risk: boolean, now: number): MaybePromise<KeyUse> {
    const { epoch } = this.#keys
    const use = this.#open(admitted, request, risk, now)
    return use instanceof Promise ? this.#confirm(use, admitted, request, risk, epoch) : use
  }

  /** Everything that `open` checks, without opening or counting anything. */
  async check(
    admitted: Admitted,
    request: UseRequest,
    risk: boolean,
    now: number,
  ): Promise<Omit<KeyUse, 'material'>> {
    const { key } = admitted.loaded
    const asked = request.version ?? standing(admitted)
    const { value: version } = await this.#keys.version(admitted.loaded, asked)
    const mechanism = this.#assertMay(key, version, request, risk, now)
    const limits = DIRECTION[request.usage] === 'protect' ? limitsOf(key, mechanism) : undefined
    if (limits !== undefined) {
      const id = versionRecordId(version.key, version.version)
      await this.#usage.assertRoom(version.tenant, id, limits, request.bytes)
    }
    return { key, version, mechanism }
  }

  /** Everything that `openForExport` checks. */
  async checkExport(
    admitted: Admitted,
    asked: number | undefined,
    risk: boolean,
  ): Promise<Omit<KeyUse, 'material'>> {
    const { key } = admitted.loaded
    if (!key.exportable) {
      throw new KeeperError('not-exportable', `key \`${key.name}\` was not made exportable`)
    }
    const { value: version } = await this.#keys.version(
      admitted.loaded,
      asked ?? standing(admitted),
    )
    assertExportable(admitted, version, risk, this.#ports.clock.now())
    return { key, version, mechanism: primaryMechanism(key) }
  }

  /** Material that leaves the keeper wrapped: what was made exportable, and as its state allows. */
  async openForExport(
    admitted: Admitted,
    asked: number | undefined,
    risk: boolean,
  ): Promise<KeyUse> {
    const { epoch } = this.#keys
    const checked = await this.checkExport(admitted, asked, risk)
    const { key, version } = checked
    const material = await this.#ports.custody.open(
      admitted.permit,
      storedMaterial(admitted.loaded, version),
      admitted,
    )
    if (epoch !== this.#keys.epoch && (await this.#hasChanged(admitted))) {
      this.#ports.custody.evict(key.id)
      throw new KeeperError('conflict', `key \`${key.name}\` changed meanwhile; ask again`)
    }
    this.#admission.assertCurrent(admitted.session)
    return { ...checked, material }
  }

  /**
   * What was opened across a wait may belong to a state that is gone by now: a key destroyed meanwhile
   * must neither be used nor stay in memory, and a session that has ended uses nothing.
   */
  async #confirm(
    opening: Promise<KeyUse>,
    admitted: Admitted,
    request: UseRequest,
    risk: boolean,
    begunAt: number,
  ): Promise<KeyUse> {
    let use = await opening
    let epoch = begunAt
    for (let change = 0; epoch !== this.#keys.epoch; change++) {
      epoch = this.#keys.epoch
      if (!(await this.#hasChanged(admitted))) continue
      const { tenant, id, name } = admitted.loaded.key
      this.#ports.custody.evict(id)
      const loaded = await this.#keys.load(tenant, id)
      if (loaded === undefined || change === CHANGES_MAX) {
        throw new KeeperError('conflict', `key \`${name}\` changed meanwhile; ask again`)
      }
      use = await this.#open({ ...admitted, loaded }, request, risk, this.#ports.clock.now())
    }
    this.#admission.assertCurrent(admitted.session)
    return use
  }

  async #hasChanged({ loaded }: Admitted): Promise<boolean> {
    const now = await this.#keys.load(loaded.key.tenant, loaded.key.id)
    return now?.stored.revision !== loaded.stored.revision
  }

  #open(admitted: Admitted, request: UseRequest, risk: boolean, now: number): MaybePromise<KeyUse> {
    const version = this.#keys.version(admitted.loaded, request.version ?? standing(admitted))
    if (version instanceof Promise) {
      return version.then((stored) => this.#openVersion(admitted, stored, request, risk, now))
    }
    return this.#openVersion(admitted, version, request, risk, now)
  }

  #openVersion(
    admitted: Admitted,
    stored: Stored<'key-version'>,
    request: UseRequest,
    risk: boolean,
    now: number,
  ): MaybePromise<KeyUse> {
    const { key } = admitted.loaded
    const version = stored.value
    const mechanism = this.#assertMay(key, version, request, risk, now)
    if (DIRECTION[request.usage] === 'protect') {
      const counted = this.#count(admitted.loaded, version, mechanism, request.bytes)
      if (counted instanceof Promise) {
        return counted.then(() => this.#openMaterial(admitted, version, mechanism, request.usage))
      }
    }
    return this.#openMaterial(admitted, version, mechanism, request.usage)
  }

  /** State, period, purpose, algorithm and date; the mechanism that a use would be by. */
  #assertMay(
    key: Key,
    version: KeyVersion,
    request: UseRequest,
    risk: boolean,
    now: number,
  ): Mechanism {
    assertUsable(key, version, request.usage, now, risk)
    const mechanism = pickMechanism(key, request.usage, request.mechanism)
    assertAlgorithm(key, mechanism, DIRECTION[request.usage], this.#ports.profile, now)
    return mechanism
  }

  #count(
    loaded: LoadedKey,
    version: KeyVersion,
    mechanism: Mechanism,
    bytes: number,
  ): MaybePromise<void> {
    const limits = limitsOf(loaded.key, mechanism)
    if (limits === undefined) return undefined
    const id = versionRecordId(version.key, version.version)
    return this.#usage.take(version.tenant, id, limits, 1, bytes)
  }

  #openMaterial(
    admitted: Admitted,
    version: KeyVersion,
    mechanism: Mechanism,
    usage: Usage,
  ): MaybePromise<KeyUse> {
    const { key } = admitted.loaded
    const publicHalf = HALF[usage] === 'public' && specFacts(key.spec).form === 'pair'
    const stored = storedMaterial(admitted.loaded, version)
    const material = publicHalf
      ? this.#ports.custody.openPublic(admitted.permit, stored)
      : this.#ports.custody.open(admitted.permit, stored, admitted)
    if (material instanceof Promise) {
      return material.then((opened) => ({ key, version, mechanism, material: opened }))
    }
    return { key, version, mechanism, material }
  }
}

/** The version that stands for a key: the protecting one, or the newest before any was activated. */
function standing({ loaded: { key } }: Admitted): number {
  return key.currentVersion === 0 ? key.lastVersion : key.currentVersion
}

/** Exporting hands the key itself to somebody else, so it is refused wherever using it would be a risk. */
function assertExportable(
  admitted: Admitted,
  version: KeyVersion,
  risk: boolean,
  now: number,
): void {
  const { key } = admitted.loaded
  const state = effectiveState(key, version, now)
  if (lacksMaterial(version, now) && state !== 'destroyed') throw awaitingMaterial(key, version)
  if (version.material === undefined || state === 'destroyed') {
    throw new KeeperError(
      'wrong-state',
      `version ${version.version} of key \`${key.name}\` has no material`,
    )
  }
  if ((state === 'suspended' || state === 'compromised') && !risk) {
    throw new KeeperError(
      'risk-not-acknowledged',
      `version ${version.version} of key \`${key.name}\` is ${state}; acknowledge the risk to export it`,
    )
  }
}

const handles = new WeakMap<KeyVersion, StoredMaterial>()

/** The same object each time for the same version, so that custody may cache by identity. */
function storedMaterial(loaded: LoadedKey, version: KeyVersion): StoredMaterial {
  const known = handles.get(version)
  if (known !== undefined) return known
  const { key } = loaded
  const place = placeOf(key)
  const stored: StoredMaterial = {
    binding: {
      tenant: key.tenant,
      key: key.id,
      version: version.version,
      spec: key.spec,
      purpose: key.purpose,
      generation: version.generation,
    },
    ...(place !== undefined && { place }),
    ...(version.material !== undefined && { material: version.material }),
    ...(version.publicKey !== undefined && { publicKey: version.publicKey }),
  }
  handles.set(version, stored)
  return stored
}
