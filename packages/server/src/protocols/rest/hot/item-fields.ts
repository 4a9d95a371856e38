import { BytesError } from '@claviger/bytes'
import {
  contextToAad,
  type EncryptionContext,
  KEY_SPECS,
  KeeperError,
  type KeySpec,
  MECHANISMS,
  type Mechanism,
} from '@claviger/core'
import { type CiphertextEnvelope, EnvelopeError } from '@claviger/envelope'
import type { Json, JsonObject } from '../json.ts'
import { readEnvelope } from './envelope-text.ts'

const REFERENCE_LENGTH_MAX = 128
const CONTEXT_PAIRS_MAX = 64
const UINT32_MAX = 0xffff_ffff
const ENVELOPE_TEXT = /^clv1:[A-Za-z0-9_-]*$/

/**
 * Takes the fields of one item out of its JSON, as `schema/data.ts` describes them; a test holds the two
 * together. What the schema refuses throws `invalid-input` and refuses the whole request. What only looks
 * right (an envelope that does not decode) comes back as an error, which is that item's own.
 */
export class ItemFields {
  readonly #source: JsonObject
  /** -1 for an item at the top of the body. */
  readonly #index: number
  #taken = 0

  constructor(source: JsonObject, index: number) {
    this.#source = source
    this.#index = index
  }

  bytes(name: string): Buffer {
    return this.optionalBytes(name) ?? this.#refuse(name, 'is missing')
  }

  /** Base64 with padding, the canonical spelling only: what decodes leniently must encode to the same. */
  optionalBytes(name: string): Buffer | undefined {
    const value = this.#take(name)
    if (value === undefined) return undefined
    if (typeof value === 'string') {
      const bytes = Buffer.from(value, 'base64')
      if (bytes.toString('base64') === value) return bytes
    }
    return this.#refuse(name, 'must be base64 with padding')
  }

  optionalBoolean(name: string): boolean | undefined {
    const value = this.#take(name)
    if (value === undefined || typeof value === 'boolean') return value
    return this.#refuse(name, 'must be true or false')
  }

  integer(name: string, min: number, max: number): number {
    return this.optionalInteger(name, min, max) ?? this.#refuse(name, 'is missing')
  }

  optionalInteger(name: string, min: number, max: number): number | undefined {
    const value = this.#take(name)
    if (value === undefined) return undefined
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
      return value
    }
    return this.#refuse(name, `must be a whole number from ${min} to ${max}`)
  }

  optionalVersion(name: string): number | undefined {
    return this.optionalInteger(name, 1, UINT32_MAX)
  }

  optionalReference(name: string): string | undefined {
    const value = this.#take(name)
    if (value === undefined) return undefined
    if (typeof value === 'string' && value !== '' && isShort(value)) return value
    return this.#refuse(name, `must be 1 to ${REFERENCE_LENGTH_MAX} characters`)
  }

  optionalOneOf<Choice extends string>(
    name: string,
    choices: readonly Choice[],
  ): Choice | undefined {
    const value = this.#take(name)
    if (value === undefined) return undefined
    const choice = choices.find((known) => known === value)
    return choice ?? this.#refuse(name, `must be one of ${choices.join(', ')}`)
  }

  optionalMechanism(name: string): Mechanism | undefined {
    const value = this.#take(name)
    if (value === undefined) return undefined
    if (typeof value === 'string' && Object.hasOwn(MECHANISMS, value)) return value as Mechanism
    return this.#refuse(name, 'is no mechanism the keeper knows')
  }

  spec(name: string): KeySpec {
    const value = this.#take(name)
    if (value === undefined) return this.#refuse(name, 'is missing')
    if (typeof value === 'string' && Object.hasOwn(KEY_SPECS, value)) return value as KeySpec
    return this.#refuse(name, 'is no key spec the keeper knows')
  }

  envelope(name: string): CiphertextEnvelope | KeeperError {
    const value = this.#take(name)
    if (value === undefined) return this.#refuse(name, 'is missing')
    if (typeof value !== 'string') return this.#refuse(name, 'must be text beginning with `clv1:`')
    try {
      return readEnvelope(value)
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error
      if (!ENVELOPE_TEXT.test(value))
        return this.#refuse(name, 'must be base64url after a leading `clv1:`')
      return new KeeperError('invalid-input', `${name}: ${error.message}`, { cause: error })
    }
  }

  /** The additional data, given as bytes or as a context. */
  aad(bytesName: string, contextName: string): Buffer | Uint8Array | KeeperError | undefined {
    const bytes = this.optionalBytes(bytesName)
    const context = this.#take(contextName)
    if (context === undefined) return bytes
    if (!isContext(context)) return this.#refuse(contextName, 'must hold at most 64 texts by name')
    if (bytes !== undefined) {
      return new KeeperError('invalid-input', `give either ${bytesName} or ${contextName}`)
    }
    try {
      return contextToAad(context)
    } catch (error) {
      if (error instanceof KeeperError) return error
      if (!(error instanceof BytesError)) throw error
      return new KeeperError('invalid-input', `${contextName} must be well-formed text`)
    }
  }

  /** Refuses what nobody took. */
  done(): void {
    const names = Object.keys(this.#source)
    if (names.length !== this.#taken) this.#refuse('', 'has a member that is not known here')
  }

  #take(name: string): Json | undefined {
    const value = this.#source[name]
    if (value !== undefined) this.#taken++
    return value
  }

  #refuse(name: string, what: string): never {
    const place = this.#index < 0 ? name : `items[${this.#index}]${name === '' ? '' : `.${name}`}`
    const field = place === '' ? 'the body' : place
    throw new KeeperError('invalid-input', `${field} ${what}`, { details: { field } })
  }
}

/** JSON Schema counts characters, JavaScript UTF-16 units (RFC 8259 §7). */
function isShort(text: string): boolean {
  if (text.length <= REFERENCE_LENGTH_MAX) return true
  return text.length <= 2 * REFERENCE_LENGTH_MAX && Array.from(text).length <= REFERENCE_LENGTH_MAX
}

function isContext(value: Json): value is EncryptionContext {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const texts = Object.values(value as JsonObject)
  return texts.length <= CONTEXT_PAIRS_MAX && texts.every((text) => typeof text === 'string')
}
