import type {
  EventId,
  Key,
  KeyId,
  KeyVersion,
  Put,
  RecordKind,
  RecordTypes,
  TenantId,
  UnitOfWork,
} from '@claviger/core'

/** An id that is shaped like a UUIDv7 and orders by `number`. */
export function sampleId(number: number): string {
  return `${number.toString(16).padStart(8, '0')}-0000-7000-8000-000000000000`
}

export function sampleKey(tenant: TenantId, number: number, changes: Partial<Key> = {}): Key {
  return {
    id: sampleId(number) as KeyId,
    tenant,
    name: `key-${number}`,
    state: 'active',
    spec: 'aes-256',
    purpose: 'encrypt',
    keyType: 'symmetric-data-encryption',
    mechanisms: ['aes-gcm'],
    description: '',
    owner: '',
    labels: {},
    exportable: false,
    origin: 'generated',
    cryptoperiod: { protectDays: 365, processDays: 730 },
    limits: {},
    custody: 'software',
    currentVersion: 1,
    lastVersion: 1,
    createdAt: 1_000,
    createdBy: 'nobody' as Key['createdBy'],
    updatedAt: 1_000,
    ...changes,
  }
}

export function sampleVersion(
  tenant: TenantId,
  key: number,
  version: number,
  changes: Partial<KeyVersion> = {},
): KeyVersion {
  return {
    key: sampleId(key) as KeyId,
    tenant,
    version,
    state: 'active',
    generation: 1,
    checkValue: '0011223344556677',
    createdAt: 1_000,
    history: [],
    ...changes,
  }
}

export function put<K extends RecordKind>(
  kind: K,
  tenant: TenantId,
  id: string,
  value: RecordTypes[K],
  expected = 0,
): Put {
  return { kind, tenant, id, value, expected }
}

export function putKey(
  tenant: TenantId,
  number: number,
  changes: Partial<Key> = {},
  expected = 0,
): Put {
  return put('key', tenant, sampleId(number), sampleKey(tenant, number, changes), expected)
}

export function putVersion(
  tenant: TenantId,
  key: number,
  version: number,
  changes: Partial<KeyVersion> = {},
  expected = 0,
): Put {
  const id = `${sampleId(key)}/${version}`
  return put('key-version', tenant, id, sampleVersion(tenant, key, version, changes), expected)
}

export function withOutbox(puts: readonly Put[], event: string): UnitOfWork {
  return { puts, outbox: { id: event as EventId, entry: `{"event":"${event}"}` } }
}
