import { KeeperError } from '../../error.ts'
import { type KeyId, type ObjectId, parseName } from '../../id.ts'
import { parseDescription, parseLabels, parseOwner } from '../../key/attributes.ts'
import type { CertificateFacts, ManagedObject, ObjectKind } from '../../object/managed-object.ts'
import type { ManagementOperation, ManagementScope } from '../management-operation.ts'
import { describeObject, type DescribedObject } from './described-object.ts'

export const CONTENT_BYTES_MAX = 1024 * 1024

export interface CreateObjectInput {
  readonly name: string
  readonly kind: ObjectKind
  readonly content: Uint8Array
  readonly description?: string
  readonly owner?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly activate?: boolean | number
  readonly deactivateAt?: number
}

/** Keeps secret data, opaque data or a certificate under the same lifecycle and policy as a key. */
export const createObject: ManagementOperation<'object', CreateObjectInput, DescribedObject> = {
  action: 'object.create',
  target: (input) => ({
    kind: 'object',
    ref: input.name,
    attributes: { kind: input.kind, owner: input.owner ?? '', labels: input.labels ?? {} },
  }),
  run: async (scope, input) => {
    if (input.content.length === 0 || input.content.length > CONTENT_BYTES_MAX) {
      throw new KeeperError('too-large', `content has 1 to ${CONTENT_BYTES_MAX} bytes`)
    }
    const id = scope.ports.ids.uuid() as ObjectId
    const { content, certificate } = await contentOf(scope, input)
    const binding = { tenant: scope.tenant, object: id, kind: input.kind, generation: 1 }
    const value: ManagedObject = {
      ...born(scope, input),
      id,
      content: scope.ports.custody.wrapContent(binding, content),
      ...(certificate !== undefined && { certificate }),
    }
    return {
      output: describeObject(value, 1, scope.now),
      puts: [{ kind: 'object', tenant: scope.tenant, id, value, expected: 0 }],
      details: { object: id, kind: input.kind },
    }
  },
  replay: async (scope, id) => {
    const stored = await scope.ports.store.get('object', scope.tenant, id)
    if (stored === undefined)
      throw new KeeperError('not-found', 'the object that was created then is gone')
    return describeObject(stored.value, stored.revision, scope.now)
  },
  resultId: (output) => output.object.id,
}

function born(
  scope: ManagementScope<'object'>,
  input: CreateObjectInput,
): Omit<ManagedObject, 'id'> {
  const { now, session } = scope
  const { activate = true } = input
  for (const instant of [activate, input.deactivateAt]) {
    if (typeof instant === 'number' && !Number.isSafeInteger(instant)) {
      throw new KeeperError('invalid-input', 'a date is a whole number of milliseconds')
    }
  }
  const state = activate === true ? 'active' : 'pre-active'
  return {
    tenant: scope.tenant,
    name: parseName(input.name, 'object'),
    kind: input.kind,
    state,
    description: parseDescription(input.description ?? ''),
    owner: parseOwner(input.owner ?? ''),
    labels: parseLabels(input.labels ?? {}),
    generation: 1,
    ...(typeof activate === 'number' && { activateAt: activate }),
    ...(input.deactivateAt !== undefined && { deactivateAt: input.deactivateAt }),
    createdAt: now,
    createdBy: session.principal,
    updatedAt: now,
    history: [{ at: now, from: 'none', to: state, by: session.principal, reason: 'created' }],
  }
}

/** A certificate is parsed, and linked to the key whose public half it carries if the keeper has it. */
async function contentOf(
  scope: ManagementScope<'object'>,
  input: CreateObjectInput,
): Promise<{ content: Uint8Array; certificate?: CertificateFacts }> {
  if (input.kind !== 'certificate') return { content: input.content }
  const { facts, publicKey, der } = scope.ports.certificates.parse(input.content)
  const { records } = await scope.ports.store.list('key-version', {
    tenant: scope.tenant,
    facets: [`public-key=${publicKeyFacet(publicKey)}`],
    limit: 1,
  })
  const version = records[0]?.value
  if (version === undefined || version.publicKey !== publicKey)
    return { content: der, certificate: facts }
  const key = version.key as KeyId
  return { content: der, certificate: { ...facts, key, keyVersion: version.version } }
}

/** The end of the base64 of a public key: enough to find its version, short enough to index. */
export function publicKeyFacet(publicKey: string): string {
  return publicKey.slice(-44)
}
