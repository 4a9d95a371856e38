import { encodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import type { AwsCall, AwsOperation } from '../call.ts'
import { documentPut } from '../document-change.ts'
import { AwsError, validation } from '../error.ts'
import {
  endImportToken,
  type ImportPermit,
  issueImportToken,
  readImportToken,
  sweepImportTokens,
  WRAPPING_ALGORITHMS,
  WRAPPING_MECHANISMS,
  type WrappingAlgorithm,
} from '../import-token.ts'
import { keyMaterialId } from '../key-material-id.ts'
import { type AwsKey, resolveKey } from '../key-reference.ts'
import { awsWordsOf } from '../key-spec.ts'
import { assertNotDeleting, invalidState, type KeyStatus } from '../key-status.ts'
import { withMaterialDescription } from '../material-description.ts'
import { blob, type Input, oneOf, optionalOneOf, optionalText } from '../members.ts'
import { permitted } from '../permitted.ts'
import { keepingTo, recordOnly } from '../region-change.ts'
import { optionalTime, patterned, seconds } from '../validation.ts'

const WRAPPING_SPECS = {
  RSA_2048: 'rsa-2048',
  RSA_3072: 'rsa-3072',
  RSA_4096: 'rsa-4096',
  SM2: undefined,
} as const
type WrappingSpec = keyof typeof WRAPPING_SPECS
const WRAPPING_SPEC_NAMES = Object.keys(WRAPPING_SPECS) as readonly WrappingSpec[]

const EXPIRATION_MODELS = ['KEY_MATERIAL_EXPIRES', 'KEY_MATERIAL_DOES_NOT_EXPIRE'] as const
const IMPORT_TYPES = ['NEW_KEY_MATERIAL', 'EXISTING_KEY_MATERIAL'] as const
type ImportType = (typeof IMPORT_TYPES)[number]
const BLOB = { min: 1, max: 6_144 }
const DESCRIPTION = { min: 0, max: 256 }
const MATERIAL_ID = { matches: /^[a-f0-9]{64}$/, shown: '^[a-f0-9]+$' }
const EXPIRES_WITHIN_MS = 365 * core.DAY_MS

function unsupported(message: string): AwsError {
  return new AwsError('UnsupportedOperationException', message)
}

const incorrect = (message: string): AwsError =>
  new AwsError('IncorrectKeyMaterialException', message)

function assertExternal({ arn, document: { origin } }: AwsKey): void {
  if (origin === 'EXTERNAL') return
  throw unsupported(`${arn} origin is ${origin} which is not valid for this operation.`)
}

/**
 * The request for what an import does beside the key itself, with a wrapping key: AWS's rules answer for it
 * as they do for the key that the material is for.
 */
function onBehalfOf({ loaded }: KeyStatus, request: core.RequestContext): core.RequestContext {
  const { narrow } = request
  if (narrow === undefined) return request
  return { ...request, narrow: (action) => narrow(action, loaded.resource) }
}

export const getParametersForImport: AwsOperation = async (call) => {
  const algorithm = oneOf(call.input, 'WrappingAlgorithm', WRAPPING_ALGORITHMS)
  const wrappingSpec = oneOf(call.input, 'WrappingKeySpec', WRAPPING_SPEC_NAMES)
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request, status } = await permitted(call, key, {
    assert: (found) => {
      assertExternal(key)
      assertNotDeleting(key, found)
    },
  })
  await recordOnly(call, key, request)
  const wrapping = wrappingOf(status, algorithm, wrappingSpec)
  const beside = onBehalfOf(status, request)
  await sweepImportTokens(call, beside)
  const { token, publicKey, expiresAt } = await issueImportToken(call, key, wrapping, beside)
  return {
    KeyId: key.arn,
    ImportToken: encodeBase64(token),
    PublicKey: publicKey,
    ParametersValidTo: seconds(expiresAt),
  }
}

/** API reference, GetParametersForImport, `WrappingAlgorithm`: which of them goes with which material. */
function wrappingOf(
  { loaded }: KeyStatus,
  algorithm: WrappingAlgorithm,
  wrappingSpec: WrappingSpec,
): { readonly spec: core.KeySpec; readonly mechanism: core.Mechanism } {
  const mechanism = WRAPPING_MECHANISMS[algorithm]
  const spec = WRAPPING_SPECS[wrappingSpec]
  if (mechanism === undefined || spec === undefined) {
    const what = mechanism === undefined ? algorithm : wrappingSpec
    throw unsupported(`${what} is not supported: use an RSA wrapping key with OAEP or RSA_AES.`)
  }
  const keySpec = awsWordsOf(loaded.key)?.keySpec ?? ''
  const direct = algorithm.startsWith('RSAES')
  if (direct && keySpec.startsWith('RSA_')) {
    throw unsupported(
      `${keySpec} key material is imported with an RSA_AES wrapping algorithm only.`,
    )
  }
  if (direct && wrappingSpec === 'RSA_2048' && keySpec === 'ECC_NIST_P521') {
    throw unsupported(`${keySpec} key material does not fit ${algorithm} under ${wrappingSpec}.`)
  }
  return { spec, mechanism }
}

/** What ImportKeyMaterial asks for, beside the material. */
interface Import {
  readonly validTo: number | undefined
  readonly type: ImportType | undefined
  readonly description: string | undefined
  readonly materialId: string | undefined
}

export const importKeyMaterial: AwsOperation = async (call) => {
  const { input, ports, session } = call
  const token = blob(input, 'ImportToken', BLOB)
  const wrapped = blob(input, 'EncryptedKeyMaterial', BLOB)
  const asked = readImport(call)
  const key = await resolveKey(call, input['KeyId'], { aliases: false })
  const permit = await readImportToken(call, key, token).catch((error: unknown) => {
    if (error instanceof AwsError) return error
    throw error
  })
  const { request, status } = await permitted(call, key, {
    assert: (found) => {
      assertExternal(key)
      assertNotDeleting(key, found)
      if (permit instanceof AwsError) throw permit
      assertMaterial(call, key, found, asked.materialId)
      assertImport(key, found, asked)
    },
  })
  const beside = onBehalfOf(status, request)
  const change = inputOf(call, key, status, asked)
  const { wrappingKey, mechanism } = permit as ImportPermit
  const format = core.specFacts(status.loaded.key.spec).form === 'pair' ? 'pkcs8' : 'raw'
  const wrapping = { key: wrappingKey, mechanism }
  const { output } = await inWords(key, () =>
    ports.keeper.execute(
      session,
      core.importVersion,
      { ...change, material: { format, data: wrapped, wrapping } },
      beside,
      describing(key, asked.description),
    ),
  )
  await endImportToken(call, wrappingKey, beside)
  return { KeyId: key.arn, KeyMaterialId: keyMaterialId(ports.crypto, key.id, output.imported) }
}

/** The material and what is said of it are kept together, or neither is. */
function describing(
  key: AwsKey,
  description: string | undefined,
): core.ExecuteOptions<core.ImportedVersion> {
  if (description === undefined) return {}
  return {
    attachments: ({ imported }) => {
      const document = withMaterialDescription(key.document, imported, description)
      return { key: key.id, changes: [documentPut(key.id, document, key.revision)] }
    },
  }
}

function readImport({ input, ports }: AwsCall): Import {
  const model = optionalOneOf(input, 'ExpirationModel', EXPIRATION_MODELS) ?? EXPIRATION_MODELS[0]
  const validTo = optionalTime(input, 'ValidTo')
  const type = optionalOneOf(input, 'ImportType', IMPORT_TYPES)
  const description = optionalText(input, 'KeyMaterialDescription', DESCRIPTION)
  const materialId = readMaterialId(input)
  assertValidTo(model, validTo, ports.now())
  return { validTo, type, description, materialId }
}

function readMaterialId(input: Input): string | undefined {
  const id = optionalText(input, 'KeyMaterialId', { min: 64, max: 64 })
  return id === undefined ? undefined : patterned('KeyMaterialId', id, MATERIAL_ID)
}

/** API reference, ImportKeyMaterial, `ValidTo`: in the future, by a year at most, and only where it expires. */
function assertValidTo(model: string, validTo: number | undefined, now: number): void {
  if (model === 'KEY_MATERIAL_DOES_NOT_EXPIRE') {
    if (validTo === undefined) return
    throw validation(`ValidTo must not be set when ExpirationModel is ${model}.`)
  }
  if (validTo === undefined) {
    throw validation('A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES')
  }
  if (validTo > now && validTo <= now + EXPIRES_WITHIN_MS) return
  throw validation('ValidTo must be in the future, and within 365 days from now.')
}

function assertImport({ arn }: AwsKey, { loaded }: KeyStatus, { type }: Import): void {
  const { key } = loaded
  if (type === 'EXISTING_KEY_MATERIAL' && key.currentVersion === 0) {
    throw incorrect(`${arn} has no key material yet; import it as NEW_KEY_MATERIAL.`)
  }
  if (type !== 'NEW_KEY_MATERIAL' || key.currentVersion === 0) return
  if (awsWordsOf(key)?.keySpec !== 'SYMMETRIC_DEFAULT') {
    throw unsupported(
      `Only a symmetric encryption key takes more than one key material; ${arn} is none.`,
    )
  }
  if (key.pendingVersion === undefined) return
  throw invalidState(`${arn} has key material pending rotation already.`)
}

/** New for a key that has none, and what it had before for all others, unless told otherwise. */
function inputOf(
  call: AwsCall,
  key: AwsKey,
  status: KeyStatus,
  { validTo, type, materialId }: Import,
): Omit<core.ImportVersionInput, 'material'> {
  const { currentVersion } = status.loaded.key
  const version = materialId === undefined ? undefined : versionOf(call, key, status, materialId)
  return {
    key: key.id,
    ...(version !== undefined && { version }),
    ...(type === 'NEW_KEY_MATERIAL' && currentVersion > 0 && { pending: true }),
    ...(validTo !== undefined && { materialUntil: validTo }),
  }
}

function versionOf(
  call: AwsCall,
  key: AwsKey,
  { loaded }: KeyStatus,
  materialId: string,
): number | undefined {
  for (let version = 1; version <= loaded.key.lastVersion; version++) {
    if (keyMaterialId(call.ports.crypto, key.id, version) === materialId) return version
  }
  return undefined
}

function assertMaterial(
  call: AwsCall,
  key: AwsKey,
  status: KeyStatus,
  materialId: string | undefined,
): void {
  if (materialId === undefined || versionOf(call, key, status, materialId) !== undefined) return
  throw incorrect(`${key.arn} has no key material ${materialId}.`)
}

/** Material that is no key of this spec, or not the one that was there, is incorrect in one word. */
async function inWords<Answer>(key: AwsKey, act: () => Promise<Answer>): Promise<Answer> {
  try {
    return await keepingTo(key, act)
  } catch (error) {
    if (error instanceof AwsError || !core.isKeeperError(error)) throw error
    const { code, message, details } = error
    if (code === 'authentication-failed') {
      throw new AwsError('InvalidCiphertextException', 'The key material could not be unwrapped.')
    }
    if (code === 'conflict' && details['version'] !== undefined) {
      throw incorrect(`The key material is associated with ${key.arn} already.`)
    }
    if (code === 'wrong-material' || code === 'invalid-input' || code === 'too-large') {
      throw incorrect(`The key material is not the one that ${key.arn} takes: ${message}`)
    }
    throw error
  }
}

/** Without a `KeyMaterialId` the current one; what is gone already stays so, and nothing is said of it. */
export const deleteImportedKeyMaterial: AwsOperation = async (call) => {
  const materialId = readMaterialId(call.input)
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request, status } = await permitted(call, key, {
    assert: (found) => {
      assertExternal(key)
      assertNotDeleting(key, found)
      assertMaterial(call, key, found, materialId)
    },
  })
  const named = materialId === undefined ? undefined : versionOf(call, key, status, materialId)
  const version = named ?? Math.max(status.loaded.key.currentVersion, 1)
  await keepingTo(key, () =>
    call.ports.keeper.execute(call.session, core.deleteMaterial, { key: key.id, version }, request),
  )
  return { KeyId: key.arn, KeyMaterialId: keyMaterialId(call.ports.crypto, key.id, version) }
}
