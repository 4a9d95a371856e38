import type { KeyId, PrincipalId, TenantId } from '../../src/id.ts'
import type { Key, KeyVersion, WrappedMaterial } from '../../src/key/key.ts'
import { DAY_MS, type Instant } from '../../src/clock.ts'
import { defaultCryptoperiod, KEY_TYPE_FACTS, type KeyType } from '../../src/key/key-type.ts'
import { createVersion, move } from '../../src/key/lifecycle.ts'
import { defaultMechanisms } from '../../src/key/mechanism.ts'
import type { Purpose } from '../../src/key/purpose.ts'
import type { KeySpec } from '../../src/key/spec.ts'
import { specFacts } from '../../src/key/spec.ts'
import type { KeyState } from '../../src/key/state.ts'

export const T0: Instant = Date.UTC(2026, 0, 1)
export const ALICE = 'alice' as PrincipalId
export const KEEPER = 'keeper' as PrincipalId
export const days = (count: number): number => count * DAY_MS

/** A spec and purpose that a key of each type can have, also where no creation leads to the type. */
export const SHAPES: Readonly<Record<KeyType, readonly [KeySpec, Purpose]>> = {
  'private-signature': ['ec-p256', 'sign'],
  'public-signature-verification': ['ec-p256', 'sign'],
  'symmetric-authentication': ['hmac-sha256', 'mac'],
  'private-authentication': ['ed25519', 'sign'],
  'public-authentication': ['ed25519', 'sign'],
  'symmetric-data-encryption': ['aes-256', 'encrypt'],
  'symmetric-key-wrapping': ['aes-256', 'wrap'],
  'symmetric-random-number-generation': ['kdk-256', 'derive'],
  'symmetric-master': ['kdk-256', 'derive'],
  'private-key-transport': ['rsa-3072', 'encrypt'],
  'public-key-transport': ['ml-kem-768', 'encapsulate'],
  'symmetric-key-agreement': ['kdk-256', 'derive'],
  'private-static-key-agreement': ['ec-p384', 'agree'],
  'public-static-key-agreement': ['ec-p384', 'agree'],
  'private-ephemeral-key-agreement': ['x25519', 'agree'],
  'public-ephemeral-key-agreement': ['x25519', 'agree'],
  'symmetric-authorization': ['hmac-sha256', 'mac'],
  'private-authorization': ['ed25519', 'sign'],
  'public-authorization': ['ed25519', 'sign'],
}

export function keyOf(keyType: KeyType, more: Partial<Key> = {}): Key {
  const [spec, purpose] = SHAPES[keyType]
  return {
    id: '0190a000-0000-7000-8000-000000000001' as KeyId,
    tenant: 'default' as TenantId,
    name: 'orders',
    spec,
    purpose,
    keyType,
    mechanisms: defaultMechanisms(spec, purpose),
    description: '',
    owner: '',
    labels: {},
    exportable: false,
    origin: 'generated',
    cryptoperiod: defaultCryptoperiod(keyType),
    limits: {},
    custody: 'software',
    state: 'active',
    currentVersion: 1,
    lastVersion: 1,
    createdAt: T0,
    createdBy: ALICE,
    updatedAt: T0,
    ...more,
  }
}

export function freshVersion(key: Key, activateAt?: Instant): KeyVersion {
  const isPair = specFacts(key.spec).form === 'pair'
  const publicOnly = KEY_TYPE_FACTS[key.keyType].half === 'public'
  return createVersion({
    key,
    version: 1,
    ...(!publicOnly && { material: 'd3JhcHBlZA' as WrappedMaterial }),
    ...(isPair && { publicKey: 'c3BraQ==' }),
    checkValue: '0011223344556677',
    ...(activateAt !== undefined && { activateAt }),
    at: T0,
    by: ALICE,
    reason: 'created',
  })
}

const PATHS: Readonly<Record<KeyState, readonly KeyState[]>> = {
  'pre-active': [],
  active: ['active'],
  suspended: ['active', 'suspended'],
  deactivated: ['active', 'deactivated'],
  compromised: ['active', 'compromised'],
  destroyed: ['destroyed'],
}

/** A version brought to a state by permitted moves, an hour apart, beginning at T0. */
export function versionIn(key: Key, state: KeyState): KeyVersion {
  let version = freshVersion(key)
  let at = T0
  for (const to of PATHS[state]) version = moveTo(key, version, to, (at += 3_600_000))
  return version
}

export function moveTo(key: Key, version: KeyVersion, to: KeyState, at: Instant): KeyVersion {
  const compromise = { occurredAt: at - 1, reportedAt: at, reason: 'found in a log' }
  return move(key, version, to, {
    at,
    by: ALICE,
    reason: `to ${to}`,
    ...(to === 'compromised' && { compromise }),
  })
}
