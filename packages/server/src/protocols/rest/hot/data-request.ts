import { ITEMS_MAX, KeeperError } from '@claviger/core'
import { type Json, type JsonObject, parseJsonObject } from '../json.ts'
import type { AnyVerb } from './data-verbs.ts'
import { ItemFields } from './item-fields.ts'

/** The body of a data operation, read and checked. */
export interface DataRequest {
  readonly items: readonly unknown[]
  /** Whether the answer is a list too. */
  readonly batch: boolean
  readonly acknowledgeRisk: boolean
}

/** Throws `invalid-input` or `too-large`; the message names the field and never repeats the input. */
export function parseDataRequest(verb: AnyVerb, body: Buffer): DataRequest {
  return readDataRequest(verb, parseJsonObject(body))
}

export function readDataRequest(verb: AnyVerb, body: JsonObject): DataRequest {
  if (body['items'] !== undefined) return readBatch(verb, body)
  const fields = new ItemFields(body, -1)
  const item = verb.read(fields)
  const acknowledgeRisk = fields.optionalBoolean('acknowledgeRisk') === true
  fields.done()
  return { items: [item], batch: false, acknowledgeRisk }
}

function readBatch(verb: AnyVerb, body: JsonObject): DataRequest {
  const { items: list, ...around } = body
  const fields = new ItemFields(around, -1)
  const acknowledgeRisk = fields.optionalBoolean('acknowledgeRisk') === true
  fields.done()
  if (!Array.isArray(list) || list.length === 0)
    throw badItems('items must be a list of at least one')
  if (list.length > ITEMS_MAX) {
    throw new KeeperError(
      'too-large',
      `at most ${ITEMS_MAX} items a request; send the rest in another`,
    )
  }
  const items: unknown[] = []
  for (const [index, source] of (list as readonly Json[]).entries()) {
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      throw badItems(`items[${index}] must be an object`)
    }
    const itemFields = new ItemFields(source as JsonObject, index)
    items.push(verb.read(itemFields))
    itemFields.done()
  }
  return { items, batch: true, acknowledgeRisk }
}

function badItems(message: string): KeeperError {
  return new KeeperError('invalid-input', message, { details: { field: 'items' } })
}
