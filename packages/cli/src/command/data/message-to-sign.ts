import type { ClavigerClient } from '@claviger/client'
import type { HashName } from '@claviger/crypto'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { type Input, readInput } from '../../file/input.ts'
import { counted, startProgress } from '../../terminal/progress.ts'
import { PAYLOAD_BYTES_MAX } from './data-limits.ts'

/** What is sent to be signed or verified: the message, or its digest. */
export interface MessageToSign {
  readonly message: Uint8Array
  readonly mechanism?: string | undefined
  readonly prehashed?: boolean
}

/**
 * The message itself up to what a call takes; of a longer one its digest, where the key has a mechanism
 * that signs digests. Which it is depends on the length alone, so that verifying does the same.
 */
export async function messageToSign(
  context: Context,
  client: ClavigerClient,
  use: { readonly key: string; readonly input: Input; readonly mechanism: string | undefined },
): Promise<MessageToSign> {
  const { key, input, mechanism } = use
  if (input.sizeBytes === undefined || input.sizeBytes <= PAYLOAD_BYTES_MAX) {
    const remedy = 'more of it can be signed from a file only'
    return { message: await readInput(input, PAYLOAD_BYTES_MAX, remedy), mechanism }
  }
  const known = mechanism === undefined ? (await client.keys.get(key)).key.mechanisms : [mechanism]
  const chosen = known.find((name) => hashOf(name) !== undefined)
  const hash = chosen === undefined ? undefined : hashOf(chosen)
  if (hash === undefined) {
    throw usageError(
      `${input.name} is over ${PAYLOAD_BYTES_MAX} bytes and ${known.join(', ')} signs whole messages only; ` +
        'sign a digest file of it, or use a key that can: ec-p256, rsa-3072, or ed25519 by ed25519ph',
    )
  }
  if (mechanism === undefined && chosen !== known[0]) {
    await context.note(`taken as a digest by ${chosen ?? ''}, because of its size`)
  }
  return { message: await digest(context, input, hash), mechanism: chosen, prehashed: true }
}

async function digest(context: Context, input: Input, hash: HashName): Promise<Uint8Array> {
  const { createHasher } = await import('@claviger/crypto')
  const hasher = createHasher(hash)
  const progress = startProgress(context.environment.stderr, input.name, input.sizeBytes)
  for await (const piece of counted(input.open(), progress)) hasher.update(piece)
  return hasher.digest()
}

const HASH = /^(?:rsa-(?:pss|pkcs1)|ecdsa)-(sha(?:3-)?\d+)$/

/** The hash of a mechanism that signs digests; Ed25519ph's is SHA-512 (RFC 8032 §5.1). */
function hashOf(mechanism: string): HashName | undefined {
  if (mechanism === 'ed25519ph') return 'sha512'
  return HASH.exec(mechanism)?.[1] as HashName | undefined
}
