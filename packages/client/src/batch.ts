import { fromWire, toWire } from './bytes-on-wire.ts'
import { DATA_SEGMENTS, type DataItem, type DataResult, type DataVerb } from './data.ts'
import { ClavigerError, errorOfProblem, isRecord } from './error.ts'
import type { CallOptions, Transport } from './transport.ts'

export interface DataCallOptions extends CallOptions {
  /** The caller knows that the key is suspended or compromised and processes anyway. */
  readonly acknowledgeRisk?: boolean | undefined
}

/** Each item is answered on its own. */
export type BatchResult<Result> =
  | { readonly ok: true; readonly value: Result; readonly entry: number }
  | { readonly ok: false; readonly error: ClavigerError; readonly entry: number }

/** What one call takes, with room for the rest of the body. */
const ITEMS_MAX = 1_000
const BODY_CHARACTERS_MAX = 6 * 1024 * 1024

/**
 * The same operation on many items, in as few calls as their number and size allow. Results come in the
 * order of the items, as they arrive; an item that fails does not stop the others.
 */
export async function* runBatch<Verb extends DataVerb>(
  transport: Transport,
  call: { readonly verb: Verb; readonly key: string } & DataCallOptions,
  items: AsyncIterable<DataItem<Verb>> | Iterable<DataItem<Verb>>,
): AsyncGenerator<BatchResult<DataResult<Verb>>, void, undefined> {
  const { verb, key, acknowledgeRisk, signal } = call
  for await (const batch of inBatches(items)) {
    const answer = await transport.json({
      method: 'POST',
      path: ['keys', key, DATA_SEGMENTS[verb]],
      body: { items: batch, ...(acknowledgeRisk === true && { acknowledgeRisk }) },
      repeatable: true,
      signal,
    })
    yield* resultsOf<DataResult<Verb>>(answer, batch.length)
  }
}

function resultsOf<Result>(answer: unknown, count: number): BatchResult<Result>[] {
  const members = isRecord(answer) ? answer : {}
  const { items } = members
  if (!Array.isArray(items) || items.length !== count) {
    throw new ClavigerError('unexpected-answer', 'the answer has not as many items as the batch')
  }
  const entry = Number(members['entry'])
  return items.map((item: unknown) => {
    if (!isRecord(item) || item['error'] === undefined) {
      return { ok: true, value: fromWire<Result>(item), entry }
    }
    const { error } = item
    const status = isRecord(error) ? Number(error['status']) : 0
    return { ok: false, error: errorOfProblem(error, status, { entry }), entry }
  })
}

async function* inBatches(
  items: AsyncIterable<object> | Iterable<object>,
): AsyncGenerator<unknown[], void, undefined> {
  let batch: unknown[] = []
  let characters = 0
  for await (const item of items) {
    const wire = toWire(item)
    const length = JSON.stringify(wire).length
    const isFull = batch.length >= ITEMS_MAX || characters + length > BODY_CHARACTERS_MAX
    if (isFull && batch.length > 0) {
      yield batch
      batch = []
      characters = 0
    }
    batch.push(wire)
    characters += length
  }
  if (batch.length > 0) yield batch
}
