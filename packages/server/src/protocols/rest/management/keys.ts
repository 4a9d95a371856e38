import { decodeBase64, encodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import type { RestOptions } from '../ports.ts'
import { TransportError } from '../problem.ts'
import type { KEY_ROUTES } from '../routes/key.ts'
import type { ImportedMaterial } from '../schema/key.ts'
import { parseOptionalInstant, toWire } from '../wire-time.ts'
import type { Answer, Call, Handlers } from './handler.ts'
import { filtersOf, LIMIT_DEFAULT, parseActivate } from './input.ts'
import { encodePem } from './pem.ts'

type KeyRouteId = keyof typeof KEY_ROUTES

type ReadRouteId = 'listKeys' | 'keyHistory' | 'keyUsage' | 'publicKey' | 'random'

export function keyHandlers(options: RestOptions): Handlers<KeyRouteId> {
  return { ...changeHandlers(options), ...readHandlers(options) }
}

function changeHandlers({ keeper }: RestOptions): Handlers<Exclude<KeyRouteId, ReadRouteId>> {
  /** A change of one key, answered by the key as it then is. */
  const change = async <Input, Output extends core.DescribedKey>(
    call: Call,
    operation: core.ManagementOperation<'key', Input, Output>,
    input: Input,
  ): Promise<Answer> => {
    const { session, context, options } = call
    const { output, entry } = await keeper.execute(session, operation, input, context, options)
    return answerKey(output, entry)
  }
  return {
    createKey: (call) => {
      const { activate, ...request } = call.body
      return change(call, core.createKey, { ...request, ...parseActivate(activate) })
    },
    importKey: (call) => {
      const { activate, material, ...request } = call.body
      return withMaterial(material, (clear) =>
        change(call, core.importKey, { ...request, ...parseActivate(activate), material: clear }),
      )
    },
    getKey: (call) => change(call, core.getKey, call.params),
    updateKey: (call) => change(call, core.updateKey, { ...call.params, ...call.body }),
    activateKey: (call) => change(call, core.activateKey, { ...call.params, ...call.body }),
    rotateKey: (call) => {
      const { material, ...request } = call.body
      const input = { ...call.params, ...request }
      if (material === undefined) return change(call, core.rotateKey, input)
      return withMaterial(material, (clear) =>
        change(call, core.rotateKey, { ...input, material: clear }),
      )
    },
    importVersion: (call) => {
      const { material, materialUntil: text, ...request } = call.body
      const materialUntil = parseOptionalInstant(text, 'materialUntil')
      return withMaterial(material, (clear) =>
        change(call, core.importVersion, {
          ...call.params,
          ...request,
          material: clear,
          ...(materialUntil !== undefined && { materialUntil }),
        }),
      )
    },
    deleteMaterial: (call) => change(call, core.deleteMaterial, { ...call.params, ...call.body }),
    setRotation: (call) => change(call, core.setRotation, { ...call.params, ...call.body }),
    suspendKey: (call) => change(call, core.suspendKey, { ...call.params, ...call.body }),
    resumeKey: (call) => change(call, core.resumeKey, { ...call.params, ...call.body }),
    deactivateKey: (call) => change(call, core.deactivateKey, { ...call.params, ...call.body }),
    revokeKey: (call) => {
      const { occurredAt: text, ...request } = call.body
      const occurredAt = parseOptionalInstant(text, 'occurredAt')
      return change(call, core.revokeKey, {
        ...call.params,
        ...request,
        ...(occurredAt !== undefined && { occurredAt }),
      })
    },
    destroyKey: (call) => change(call, core.destroyKey, { ...call.params, ...call.body }),
    cancelDestroyKey: (call) => change(call, core.cancelDestroyKey, call.params),
  }
}

function readHandlers({ keeper }: RestOptions): Handlers<ReadRouteId> {
  return {
    listKeys: async ({ session, context, query }) => {
      const { namePrefix, after, limit = LIMIT_DEFAULT, descending, ...facets } = query
      const input = {
        filters: filtersOf(facets),
        limit,
        ...(namePrefix !== undefined && { namePrefix }),
        ...(after !== undefined && { after }),
        ...(descending !== undefined && { descending }),
      }
      const { output, entry } = await keeper.execute(session, core.listKeys, input, context)
      const keys = output.keys.map(({ key, state, revision }) => ({ ...key, state, revision }))
      return { body: { ...output, keys: toWire(keys), entry }, entry }
    },
    keyHistory: async ({ session, context, params }) => {
      const { output, entry } = await keeper.execute(session, core.keyHistory, params, context)
      const { versions, ...described } = output
      return {
        body: { key: keyOnWire(described), versions: toWire(versions), entry },
        entry,
        revision: described.revision,
      }
    },
    keyUsage: async ({ session, context, params }) => {
      const { output, entry } = await keeper.execute(session, core.keyUsage, params, context)
      return { body: { ...usageOnWire(output), entry }, entry }
    },
    publicKey: async ({ session, context, params, query, pem }) => {
      const input = { ...params, ...query }
      const { output, entry } = await keeper.execute(session, core.publicKey, input, context)
      if (pem) return answerPem(output, entry)
      return { body: { ...output, publicKey: encodeBase64(output.publicKey), entry }, entry }
    },
    random: async ({ session, context, body }) => {
      const { output, entry } = await keeper.execute(session, core.random, body, context)
      return { body: { random: encodeBase64(output.random), entry }, entry }
    },
  }
}

function keyOnWire({ key, state, revision, version }: core.DescribedKey): unknown {
  return toWire({ ...key, state, revision, version })
}

function answerKey(described: core.DescribedKey, entry: number): Answer {
  return { body: { key: keyOnWire(described), entry }, entry, revision: described.revision }
}

function usageOnWire({ key, lastUse }: core.KeyUsage): object {
  if (lastUse === undefined) return { key: key.id }
  const { tenant: _own, key: _known, ...rest } = lastUse
  return { key: key.id, lastUse: toWire(rest) }
}

function answerPem({ publicKey, spec }: core.PublicKeyOutput, entry: number): Answer {
  const pem = encodePem(publicKey)
  if (pem === undefined) {
    throw new TransportError('not-acceptable', `a key of spec \`${spec}\` has no PEM; ask for JSON`)
  }
  return { body: pem, entry, contentType: 'application/x-pem-file' }
}

/** The text of a request cannot be wiped; the bytes it is read into can. */
async function withMaterial<T>(
  given: ImportedMaterial,
  use: (material: core.ImportedMaterial) => Promise<T>,
): Promise<T> {
  const material = materialOf(given)
  try {
    return await use(material)
  } finally {
    material.data.fill(0)
  }
}

function materialOf({ format, data, wrapping }: ImportedMaterial): core.ImportedMaterial {
  const bytes = decodeBase64(data)
  if (wrapping === undefined) return { format, data: bytes }
  const { aad, ...rest } = wrapping
  const bound = aad === undefined ? {} : { aad: decodeBase64(aad) }
  return { format, data: bytes, wrapping: { ...rest, ...bound } }
}
