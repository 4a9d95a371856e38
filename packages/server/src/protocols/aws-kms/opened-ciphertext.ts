import {
  type DecryptItem,
  effectiveState,
  type EncryptionContext,
  type KeyState,
  type Mechanism,
} from '@claviger/core'
import type { CiphertextEnvelope } from '@claviger/envelope'
import type { AwsCall } from './call.ts'
import { invalidCiphertext, readBlob } from './ciphertext-blob.ts'
import { assertNoContext, type EncryptionName, encryptionMechanism } from './encryption.ts'
import { AwsError, UnresolvedError, validation } from './error.ts'
import { type AwsKey, keyArn, keyByCoreId, resolveKey } from './key-reference.ts'
import {
  constraint,
  type Input,
  missing,
  optionalBlob,
  optionalList,
  CIPHERTEXT,
} from './members.ts'

/** SP 800-57 part 1, §7: what may still open what was protected under it. */
const PROCESSING: readonly KeyState[] = ['active', 'deactivated']

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
  const id = envelope.key as AwsKey['id']
  const key = await keyByCoreId(call, call.region, id).catch((error: unknown) => {
    throw unknownKey(call, id, error)
  })
  return { key, algorithm, envelope, blob }
}

/** AWS does not tell a key that is not there from one that is somebody else's. */
function unknownKey(call: AwsCall, id: AwsKey['id'], error: unknown): unknown {
  if (!(error instanceof AwsError) || error.exception !== 'NotFoundException') return error
  return new UnresolvedError(
    keyArn(call, call.region, id),
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    'AccessDeniedException',
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

/** RSA's ciphertexts name no version: of more than these, the oldest are not tried. */
const TRIED_MAX = 25

/**
 * The items for the domain, of which one is to open. `assertReadable` runs before any of them is used. An
 * envelope names its version; the bare output of RSA names none, so that after a rotation, which other doors
 * do, each version that may process is tried, the current one first.
 */
export async function decryptItems(
  { ports, session }: AwsCall,
  { key, algorithm, envelope, blob }: GivenCiphertext,
  aad: Uint8Array | undefined,
): Promise<readonly DecryptItem[]> {
  if (envelope !== undefined) {
    return [{ ...envelope, mechanism: envelope.mechanism as Mechanism, aad }]
  }
  const mechanism = encryptionMechanism(algorithm)
  const ciphertext = blob ?? NOTHING
  const loaded = ports.keeper.keys.peek(session.tenant, key.id)
  const current = Math.max(loaded?.key.currentVersion ?? 1, 1)
  const tried = [current]
  if (loaded !== undefined && current > 1 && blob !== undefined) {
    const now = ports.now()
    for (const { value } of (await ports.keeper.keys.allVersions(loaded)).toReversed()) {
      if (value.version >= current || tried.length >= TRIED_MAX) continue
      if (PROCESSING.includes(effectiveState(loaded.key, value, now))) tried.push(value.version)
    }
  }
  const item = { key: key.id, mechanism, iv: NOTHING, ciphertext, aad }
  return tried.map((version) => ({ ...item, version }))
}
