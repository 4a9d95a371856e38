import { BytesError } from '@claviger/bytes'
import { contextToAad, type EncryptionContext, KeeperError } from '@claviger/core'
import { AwsError, validation } from './error.ts'
import type { Input } from './members.ts'

export interface GivenContext {
  readonly context?: EncryptionContext
  /** Nothing for an absent or empty context: AWS holds the two equal. */
  readonly aad?: Uint8Array
}

const NONE: GivenContext = Object.freeze({})

/**
 * An encryption context and the additional data that stands for it: the domain's own, so that what was
 * encrypted here is decrypted through any protocol, and the other way round.
 */
export function readContext(input: Input, name: string): GivenContext {
  const value = input[name] ?? undefined
  if (value === undefined) return NONE
  if (typeof value !== 'object' || Array.isArray(value)) throw notTexts()
  for (const text of Object.values(value as object)) if (typeof text !== 'string') throw notTexts()
  const context = value as EncryptionContext
  try {
    // AWS bounds a context by its 8 KiB, and not by its pairs.
    const aad = contextToAad(context, Number.POSITIVE_INFINITY)
    return aad === undefined ? NONE : { context, aad }
  } catch (error) {
    if (error instanceof KeeperError) throw validation(`EncryptionContext: ${error.message}`)
    if (error instanceof BytesError) throw validation('EncryptionContext must be well-formed text')
    throw error
  }
}

function notTexts(): AwsError {
  return new AwsError('SerializationException', 'EncryptionContext is not a map of strings.')
}
