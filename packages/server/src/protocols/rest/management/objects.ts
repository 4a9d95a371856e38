import { decodeBase64, encodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import type { RestOptions } from '../ports.ts'
import type { OBJECT_ROUTES } from '../routes/object.ts'
import { parseOptionalInstant, toWire } from '../wire-time.ts'
import type { Answer, Call, Handlers } from './handler.ts'
import { filtersOf, LIMIT_DEFAULT, parseActivate } from './input.ts'

export function objectHandlers({ keeper }: RestOptions): Handlers<keyof typeof OBJECT_ROUTES> {
  const change = async <Input>(
    call: Call,
    operation: core.ManagementOperation<'object', Input, core.DescribedObject>,
    input: Input,
  ): Promise<Answer> => {
    const { session, context, options } = call
    const { output, entry } = await keeper.execute(session, operation, input, context, options)
    return { body: { object: objectOnWire(output), entry }, entry, revision: output.revision }
  }
  return {
    createObject: (call) => {
      const { activate, deactivateAt: text, content, ...request } = call.body
      const deactivateAt = parseOptionalInstant(text, 'deactivateAt')
      return change(call, core.createObject, {
        ...request,
        ...parseActivate(activate),
        ...(deactivateAt !== undefined && { deactivateAt }),
        content: decodeBase64(content),
      })
    },
    listObjects: async ({ session, context, query }) => {
      const { namePrefix, after, limit = LIMIT_DEFAULT, descending, ...facets } = query
      const input = {
        filters: filtersOf(facets),
        limit,
        ...(namePrefix !== undefined && { namePrefix }),
        ...(after !== undefined && { after }),
        ...(descending !== undefined && { descending }),
      }
      const { output, entry } = await keeper.execute(session, core.listObjects, input, context)
      return { body: { ...output, objects: output.objects.map(objectOnWire), entry }, entry }
    },
    getObject: (call) => change(call, core.getObject, call.params),
    updateObject: (call) => change(call, core.updateObject, { ...call.params, ...call.body }),
    readObject: async ({ session, context, params, query }) => {
      const input = { ...params, ...query }
      const { output, entry } = await keeper.execute(session, core.readObject, input, context)
      const content = encodeBase64(output.content)
      // INVARIANT: custody leaves the wiping of opened content to whoever asked for it.
      output.content.fill(0)
      return { body: { kind: output.kind, content, entry }, entry }
    },
    activateObject: (call) => change(call, core.activateObject, { ...call.params, ...call.body }),
    suspendObject: (call) => change(call, core.suspendObject, { ...call.params, ...call.body }),
    resumeObject: (call) => change(call, core.resumeObject, { ...call.params, ...call.body }),
    deactivateObject: (call) =>
      change(call, core.deactivateObject, { ...call.params, ...call.body }),
    revokeObject: (call) => {
      const { occurredAt: text, ...request } = call.body
      const occurredAt = parseOptionalInstant(text, 'occurredAt')
      return change(call, core.revokeObject, {
        ...call.params,
        ...request,
        ...(occurredAt !== undefined && { occurredAt }),
      })
    },
    destroyObject: (call) => change(call, core.destroyObject, { ...call.params, ...call.body }),
  }
}

function objectOnWire({ object, revision, state, hasContent }: core.DescribedObject): unknown {
  return toWire({ ...object, state, hasContent, revision })
}
