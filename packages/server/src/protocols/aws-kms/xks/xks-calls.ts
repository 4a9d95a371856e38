import { concat, encodeBase64 } from '@claviger/bytes'
import {
  authenticationFailed,
  type DataCall,
  type DataOperation,
  decrypt,
  type Encrypted,
  encryptProven,
  getKey,
  isKeeperError,
  KeeperError,
  type Keeper,
  type KeyRef,
  PURPOSE_USAGES,
  type RequestContext,
  type Session,
} from '@claviger/core'
import type { AwsCrypto } from '../crypto-port.ts'
import {
  cipherAad,
  decodeCiphertextMetadata,
  encodeCiphertextMetadata,
} from './ciphertext-metadata.ts'
import { XksError } from './xks-error.ts'
import type { XksDecryptRequest, XksEncryptRequest } from './xks-request.ts'

/** One authenticated call on one key. */
export interface XksCall {
  readonly keeper: Keeper
  readonly crypto: Pick<AwsCrypto, 'sha256'>
  readonly session: Session
  /** A name or an id of the keeper's. */
  readonly key: KeyRef
  readonly request: RequestContext
}

const TAG_BYTES = 16
const KEY_SPEC = 'aes-256'
/** "The response MUST NOT contain more than ten keyUsage values." */
const KEY_USAGES_MAX = 10

/** GetKeyMetadata: any key may be shown; KMS takes none but AES_256 that may encrypt and decrypt. */
export async function keyMetadata({ keeper, session, key, request }: XksCall): Promise<object> {
  const { output } = await keeper.execute(session, getKey, { key }, request)
  const { spec, purpose, mechanisms, suspension, destroyAt } = output.key
  if (output.state === 'destroyed') throw new XksError('KeyNotFoundException', 'it is destroyed')
  const enabled = output.state === 'active' && suspension === undefined && destroyAt === undefined
  const cipher = mechanisms.includes('aes-gcm')
  return {
    keySpec: spec.toUpperCase().replaceAll('-', '_'),
    keyUsage: PURPOSE_USAGES[purpose]
      .filter((usage) => cipher || (usage !== 'encrypt' && usage !== 'decrypt'))
      .slice(0, KEY_USAGES_MAX)
      .map((usage) => usage.toUpperCase().replaceAll('-', '_')),
    keyStatus: enabled ? 'ENABLED' : 'DISABLED',
  }
}

export async function encryptCall(
  call: XksCall,
  { plaintext, aad, integrityValue }: XksEncryptRequest,
): Promise<object> {
  // The value is taken before the ciphertext is opened again (specification, appendix C).
  const witness = (encrypted: Encrypted): Uint8Array =>
    call.crypto.sha256(integrityInput(aad, encrypted))
  const done = await run(call, encryptProven, {
    plaintext,
    aadFor: (version: number) => cipherAad(aad, encodeCiphertextMetadata(version)),
    mechanism: 'aes-gcm' as const,
    spec: KEY_SPEC,
    ...(integrityValue && { witness }),
  })
  const split = done.ciphertext.length - TAG_BYTES
  return {
    authenticationTag: encodeBase64(done.ciphertext.subarray(split)),
    ciphertext: encodeBase64(done.ciphertext.subarray(0, split)),
    ...(done.witness !== undefined && {
      ciphertextDataIntegrityValue: encodeBase64(done.witness),
    }),
    ciphertextMetadata: encodeBase64(encodeCiphertextMetadata(done.version)),
    initializationVector: encodeBase64(done.iv),
  }
}

/** additionalAuthenticatedData || ciphertextMetadata || initializationVector || ciphertext || tag */
function integrityInput(aad: Uint8Array, { version, iv, ciphertext }: Encrypted): Uint8Array {
  return concat(aad, encodeCiphertextMetadata(version), iv, ciphertext)
}

export async function decryptCall(
  call: XksCall,
  { ciphertext, aad, metadata, iv, tag }: XksDecryptRequest,
): Promise<object> {
  const { keeper, session } = call
  // The path names the key, by name or id; a ciphertext says nothing of it.
  const loaded =
    keeper.keys.peek(session.tenant, call.key) ?? (await keeper.keys.load(session.tenant, call.key))
  const version = decodeCiphertextMetadata(metadata)
  const { plaintext } = await run(call, decrypt, {
    key: loaded?.key.id ?? call.key,
    version,
    mechanism: 'aes-gcm' as const,
    iv,
    ciphertext: concat(ciphertext, tag),
    aad: cipherAad(aad, metadata),
  }).catch((error: unknown) => {
    const unknownVersion =
      loaded !== undefined && isKeeperError(error) && error.code === 'not-found'
    throw unknownVersion ? authenticationFailed(error) : error
  })
  const text = encodeBase64(plaintext)
  plaintext.fill(0)
  return { plaintext: text }
}

async function run<Item, Result>(
  { keeper, session, key, request }: XksCall,
  operation: DataOperation<Item, Result>,
  item: Item,
): Promise<Result> {
  const call: DataCall<Item> = { key, items: [item] }
  const { results } = await keeper.executeData(session, operation, call, request)
  const [result] = results
  if (result?.ok === true) return result.value
  throw result?.error ?? new KeeperError('integrity', 'there is no answer')
}
