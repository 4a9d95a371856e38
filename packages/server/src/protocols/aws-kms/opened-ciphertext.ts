import type { DecryptItem, EncryptionContext, Mechanism } from '@claviger/core'
import type { CiphertextEnvelope } from '@claviger/envelope'
import type { AwsCall } from './call.ts'
import { invalidCiphertext, readBlob } from './ciphertext-blob.ts'
import { assertNoContext, type EncryptionName, encryptionMechanism } from './encryption.ts'
import { AwsError, validation } from './error.ts'
import { type AwsKey, keyByCoreId, resolveKey } from './key-reference.ts'
import {
  constraint,
  type Input,
  missing,
  optionalBlob,
  optionalList,
  CIPHERTEXT,
} from './members.ts'

const NOTHING = new Uint8Array(0)

/** A ciphertext that a call wants read, and the key it is read with. */
export interface GivenCiphertext {
  readonly key: AwsKey
  readonly algorithm: EncryptionName
  /** The envelope of a symmetric ciphertext; undefined when it is none. */
  readonly envelope: CiphertextEnvelope | undefined
  /** Absent only where a dry run is not to look at it. */
  readonly blob: Uint8Array | undefined
}

/** The blob, which only a dry run that ignores it may leave out. */
export function readCiphertext(input: Input, dryRun: boolean): Uint8Array | undefined {
  const blob = optionalBlob(input, 'CiphertextBlob', CIPHERTEXT)
  const ignored = ignoresCiphertext(input) && dryRun
  if (blob === undefined && !ignored) throw missing('CiphertextBlob')
  return ignored ? undefined : blob
}

function ignoresCiphertext(input: Input): boolean {
  const modifiers = optionalList(input, 'DryRunModifiers') ?? []
  for (const modifier of modifiers) {
    if (modifier === 'IGNORE_CIPHERTEXT') continue
    throw constraint('DryRunModifiers', 'satisfy enum value set: [IGNORE_CIPHERTEXT]')
  }
  return modifiers.length > 0
}

/** Finds the key by the reference given, or by the envelope when there is none. */
export async function findKey(
  call: AwsCall,
  blob: Uint8Array | undefined,
  reference: unknown,
  algorithm: EncryptionName,
): Promise<GivenCiphertext> {
  const symmetric = algorithm === 'SYMMETRIC_DEFAULT'
  const envelope = symmetric && blob !== undefined ? readBlob(blob) : undefined
  if (reference !== undefined && reference !== null) {
    return { key: await resolveKey(call, reference), algorithm, envelope, blob }
  }
  if (!symmetric) {
    throw validation(`KeyId is required when EncryptionAlgorithm is ${algorithm}.`)
  }
  if (blob === undefined) throw validation('KeyId is required when the ciphertext is ignored.')
  if (envelope === undefined) throw invalidCiphertext()
  const key = await keyByCoreId(call, call.region, envelope.key as AwsKey['id']).catch(unknownKey)
  return { key, algorithm, envelope, blob }
}

/** AWS does not tell a key that is not there from one that is somebody else's. */
function unknownKey(error: unknown): never {
  if (!(error instanceof AwsError) || error.exception !== 'NotFoundException') throw error
  throw new AwsError(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
  )
}

/** What AWS looks at once the key is fit: is it readable, and is it this key's. */
export function assertReadable(
  { key, algorithm, envelope, blob }: GivenCiphertext,
  context: EncryptionContext | undefined,
): void {
  assertNoContext(algorithm, context)
  if (blob === undefined || algorithm !== 'SYMMETRIC_DEFAULT') return
  if (envelope === undefined) throw invalidCiphertext()
  if (envelope.key === key.id) return
  throw new AwsError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  )
}

/** The item for the domain. `assertReadable` runs before any of it is used. */
export function decryptItem(
  { ports, session }: AwsCall,
  { key, algorithm, envelope, blob }: GivenCiphertext,
  aad: Uint8Array | undefined,
): DecryptItem {
  if (envelope !== undefined)
    return { ...envelope, mechanism: envelope.mechanism as Mechanism, aad }
  // The bare output of RSA names no version; AWS's RSA keys have but one.
  const current = ports.keeper.keys.peek(session.tenant, key.id)?.key.currentVersion ?? 1
  return {
    key: key.id,
    version: Math.max(current, 1),
    mechanism: encryptionMechanism(algorithm),
    iv: NOTHING,
    ciphertext: blob ?? NOTHING,
    aad,
  }
}
