import { decodeHex, encodeHex } from '@claviger/bytes'
import * as core from '@claviger/core'
import type { AwsCall } from './call.ts'
import { AwsError } from './error.ts'
import type { AwsKey } from './key-reference.ts'

export const WRAPPING_ALGORITHMS = [
  'RSAES_PKCS1_V1_5',
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
  'RSA_AES_KEY_WRAP_SHA_1',
  'RSA_AES_KEY_WRAP_SHA_256',
  'SM2PKE',
] as const
export type WrappingAlgorithm = (typeof WRAPPING_ALGORITHMS)[number]

/** AWS stopped taking RSAES_PKCS1_V1_5 on 10 October 2023, and has SM2PKE in China only. */
export const WRAPPING_MECHANISMS: Partial<Record<WrappingAlgorithm, core.Mechanism>> = {
  RSAES_OAEP_SHA_1: 'rsa-oaep-sha1',
  RSAES_OAEP_SHA_256: 'rsa-oaep-sha256',
  RSA_AES_KEY_WRAP_SHA_1: 'rsa-aes-kwp-sha1',
  RSA_AES_KEY_WRAP_SHA_256: 'rsa-aes-kwp-sha256',
}

const SECRET_BYTES = 32
const ID_BYTES = 16
export const TOKEN_LIFETIME_MS = core.DAY_MS
/** Wrapping keys whose tokens have expired that one call takes away at most. */
const SWEPT_MAX = 20

/** What is kept of a token, with the wrapping key that it names. */
export interface ImportPermit {
  readonly wrappingKey: core.KeyId
  readonly target: core.KeyId
  readonly tokenHash: string
  readonly mechanism: core.Mechanism
  readonly expiresAt: number
}

const importName = (region: string, wrappingKey: string): string =>
  `aws-kms/import/${region}/${wrappingKey}`

/** The key that material is to be wrapped under, and its token: its id || a secret. */
export async function issueImportToken(
  call: AwsCall,
  key: AwsKey,
  wrapping: { readonly spec: core.KeySpec; readonly mechanism: core.Mechanism },
  request: core.RequestContext,
): Promise<{ readonly token: Uint8Array; readonly publicKey: string; readonly expiresAt: number }> {
  const { keeper, crypto, now } = call.ports
  const secret = crypto.randomBytes(SECRET_BYTES)
  const expiresAt = now() + TOKEN_LIFETIME_MS
  const tokenOf = (id: core.KeyId): Uint8Array => {
    const token = new Uint8Array(ID_BYTES + SECRET_BYTES)
    token.set(decodeHex(id.replaceAll('-', '')))
    token.set(secret, ID_BYTES)
    return token
  }
  const { output } = await keeper.execute(
    call.session,
    core.createKey,
    {
      name: `aws-kms-import-${encodeHex(crypto.randomBytes(8))}`,
      spec: wrapping.spec,
      purpose: 'wrap',
      mechanisms: [wrapping.mechanism],
      description: `wraps the material of key ${key.id} for its import`,
    },
    request,
    {
      attachments: ({ key: { id } }) => ({
        key: id,
        changes: [
          {
            name: importName(call.region, id),
            body: {
              wrappingKey: id,
              target: key.id,
              tokenHash: encodeHex(crypto.sha256(tokenOf(id))),
              mechanism: wrapping.mechanism,
              expiresAt,
            },
            expected: 0,
          },
        ],
      }),
    },
  )
  const { publicKey } = output.version
  if (publicKey === undefined)
    throw new core.KeeperError('integrity', 'the pair has no public half')
  return { token: tokenOf(output.key.id), publicKey, expiresAt }
}

/** What the token permits. Throws `InvalidImportTokenException`, `ExpiredImportTokenException`. */
export async function readImportToken(
  call: AwsCall,
  key: AwsKey,
  token: Uint8Array,
): Promise<ImportPermit> {
  const { keeper, crypto, now } = call.ports
  if (token.length !== ID_BYTES + SECRET_BYTES) throw invalidToken()
  const digits = encodeHex(token.subarray(0, ID_BYTES))
  const id = digits.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  const stored = await keeper.attachments.get(call.session.tenant, importName(call.region, id))
  const permit = stored?.value.body as unknown as ImportPermit | undefined
  if (permit?.target !== key.id) throw invalidToken()
  if (!crypto.equal(crypto.sha256(token), decodeHex(permit.tokenHash))) throw invalidToken()
  if (permit.expiresAt > now()) return permit
  throw new AwsError('ExpiredImportTokenException', 'The import token has expired.')
}

const invalidToken = (): AwsError =>
  new AwsError(
    'InvalidImportTokenException',
    'The import token is not valid for this key, or was used already.',
  )

/** What leaves a token to the next call that may end it: the import is done, and must not be said to have failed. */
const LEFT: readonly core.ErrorCode[] = [
  'denied',
  'approval-pending',
  'conflict',
  'wrong-state',
  'not-found',
  'store-unavailable',
  'log-unavailable',
  'sealed',
  'tenant-sealed',
  'shutting-down',
]

/** Ends a token with its wrapping key. A caller who may not destroy keys leaves that to the next who may. */
export async function endImportToken(
  call: AwsCall,
  wrappingKey: core.KeyId,
  request: core.RequestContext,
): Promise<void> {
  const name = importName(call.region, wrappingKey)
  const stored = await call.ports.keeper.attachments.get(call.session.tenant, name)
  if (stored === undefined) return
  try {
    await call.ports.keeper.execute(
      call.session,
      core.destroyKey,
      { key: wrappingKey, windowDays: 0, reason: 'the import that it was for is over' },
      request,
      {
        attachments: () => ({
          key: wrappingKey,
          changes: [{ name, body: undefined, expected: stored.revision }],
        }),
      },
    )
  } catch (error) {
    if (!core.isKeeperError(error) || !LEFT.includes(error.code)) throw error
  }
}

/** Ends the tokens of this region that have expired. */
export async function sweepImportTokens(
  call: AwsCall,
  request: core.RequestContext,
): Promise<void> {
  const { records } = await call.ports.keeper.attachments.list({
    tenant: call.session.tenant,
    namePrefix: importName(call.region, ''),
    limit: SWEPT_MAX,
  })
  for (const { value } of records) {
    const { expiresAt, wrappingKey } = value.body as unknown as ImportPermit
    if (expiresAt <= call.ports.now()) await endImportToken(call, wrappingKey, request)
  }
}
