import * as core from '@claviger/core'
import { encodeBase64 } from '@claviger/bytes'
import { encodeCiphertextText } from '@claviger/envelope'
import type { DataVerb } from '../schema/data.ts'
import { writeEnvelope } from './envelope-text.ts'
import type { ItemFields } from './item-fields.ts'

/** How one data operation is read from JSON and written to it. */
export interface Verb<Item, Result> {
  /** The domain's own, but for items that the wire already found wrong. */
  readonly operation: core.DataOperation<Item | core.KeeperError, Result>
  /** One item of a request, or why it alone is refused. */
  readonly read: (fields: ItemFields) => Item | core.KeeperError
  /** The members of one result, without braces. */
  readonly write: (result: Result, key: core.Key) => string
}

/** A verb whose item and result are its own business. */
export type AnyVerb = Verb<unknown, unknown>

/**
 * An item that cannot be what it says is refused where the domain refuses items, so that it is authorized,
 * counted and recorded like any other.
 */
function verb<Item, Result>(
  operation: core.DataOperation<Item, Result>,
  read: Verb<Item, Result>['read'],
  write: Verb<Item, Result>['write'],
): AnyVerb {
  const translated: core.DataOperation<Item | core.KeeperError, Result> = {
    ...(operation as core.DataOperation<Item | core.KeeperError, Result>),
    check: (item, key) => {
      if (item instanceof core.KeeperError) throw item
      operation.check?.(item, key)
    },
  }
  return { operation: translated, read, write } as AnyVerb
}

interface Made {
  readonly version: number
  readonly mechanism: core.Mechanism
}

const made = ({ version, mechanism }: Made): string =>
  `"version":${version},"mechanism":"${mechanism}"`

/** The text of an answer cannot be wiped; the bytes it was made of can. */
function encodeSecret(bytes: Uint8Array): string {
  const text = encodeBase64(bytes)
  bytes.fill(0)
  return text
}

function readDecrypt(fields: ItemFields): core.DecryptItem | core.KeeperError {
  const sealed = fields.envelope('ciphertext')
  const aad = fields.aad('aad', 'context')
  if (sealed instanceof core.KeeperError) return sealed
  if (aad instanceof core.KeeperError) return aad
  if (sealed.kind === 'wrapped-key') {
    return new core.KeeperError('invalid-input', 'this is a wrapped key; unwrap it')
  }
  const { key, version, mechanism, iv, ciphertext } = sealed
  return { key, version, mechanism, iv, ciphertext, aad }
}

function readSign(fields: ItemFields): core.SignItem {
  const message = fields.bytes('message')
  const prehashed = fields.optionalBoolean('prehashed')
  const format = fields.optionalOneOf('format', ['der', 'p1363'])
  const context = fields.optionalBytes('signatureContext')
  const options: core.SignatureOptions = {
    ...(prehashed !== undefined && { prehashed }),
    ...(format !== undefined && { format }),
    ...(context !== undefined && { context }),
  }
  return { message, mechanism: fields.optionalMechanism('mechanism'), options }
}

/** What both kinds of data keys are asked for with. */
function readDataKey(fields: ItemFields): Omit<core.DataKeyItem, 'lengthBytes'> | core.KeeperError {
  const aad = fields.aad('aad', 'context')
  const mechanism = fields.optionalMechanism('mechanism')
  const withoutPlaintext = fields.optionalBoolean('withoutPlaintext')
  if (aad instanceof core.KeeperError) return aad
  return { aad, mechanism, withoutPlaintext }
}

const encrypt = verb(
  core.encrypt,
  (fields) => {
    const plaintext = fields.bytes('plaintext')
    const aad = fields.aad('aad', 'context')
    const iv = fields.optionalBytes('iv')
    const mechanism = fields.optionalMechanism('mechanism')
    if (aad instanceof core.KeeperError) return aad
    return { plaintext, aad, iv, mechanism }
  },
  (result, key) => `"ciphertext":"${writeEnvelope('ciphertext', key, result)}",${made(result)}`,
)

const decrypt = verb(
  core.decrypt,
  readDecrypt,
  ({ plaintext, version }) => `"plaintext":"${encodeSecret(plaintext)}","version":${version}`,
)

const reEncrypt = verb(
  core.reEncrypt,
  (fields) => {
    const item = readDecrypt(fields)
    const destination = fields.optionalReference('destinationKey')
    const destinationMechanism = fields.optionalMechanism('destinationMechanism')
    const destinationAad = fields.aad('destinationAad', 'destinationContext')
    if (item instanceof core.KeeperError) return item
    if (destinationAad instanceof core.KeeperError) return destinationAad
    return { ...item, destination, destinationMechanism, destinationAad }
  },
  (result) => {
    const { key, version, mechanism, iv, ciphertext, sourceVersion } = result
    const kind = 'ciphertext'
    const text = encodeCiphertextText({ kind, mechanism, key, version, iv, ciphertext })
    return `"ciphertext":"${text}","key":"${key}",${made(result)},"sourceVersion":${sourceVersion}`
  },
)

const sign = verb(
  core.sign,
  readSign,
  (result) => `"signature":"${encodeBase64(result.signature)}",${made(result)}`,
)

const valid = ({ valid: yes, version }: core.Verified): string =>
  `"valid":${yes},"version":${version}`

const verify = verb(
  core.verify,
  (fields) => ({
    ...readSign(fields),
    signature: fields.bytes('signature'),
    version: fields.optionalVersion('version'),
  }),
  valid,
)

const mac = verb(
  core.mac,
  (fields) => ({
    message: fields.bytes('message'),
    mechanism: fields.optionalMechanism('mechanism'),
  }),
  (result) => `"mac":"${encodeBase64(result.mac)}",${made(result)}`,
)

const verifyMac = verb(
  core.verifyMac,
  (fields) => ({
    message: fields.bytes('message'),
    mac: fields.bytes('mac'),
    mechanism: fields.optionalMechanism('mechanism'),
    version: fields.optionalVersion('version'),
  }),
  valid,
)

const wrap = verb(
  core.wrap,
  (fields) => ({
    material: fields.optionalBytes('material'),
    target: fields.optionalReference('target'),
    targetVersion: fields.optionalVersion('targetVersion'),
    mechanism: fields.optionalMechanism('mechanism'),
    aad: fields.optionalBytes('aad'),
  }),
  (result) => `"wrapped":"${encodeBase64(result.wrapped)}",${made(result)}`,
)

const unwrap = verb(
  core.unwrap,
  (fields) => ({
    wrapped: fields.bytes('wrapped'),
    version: fields.optionalVersion('version'),
    mechanism: fields.optionalMechanism('mechanism'),
    aad: fields.optionalBytes('aad'),
  }),
  ({ material, version }) => `"material":"${encodeSecret(material)}","version":${version}`,
)

const generateDataKey = verb(
  core.generateDataKey,
  (fields) => {
    const lengthBytes = fields.integer('lengthBytes', 16, 1_024)
    const rest = readDataKey(fields)
    return rest instanceof core.KeeperError ? rest : { lengthBytes, ...rest }
  },
  (result, key) => {
    const { plaintext } = result
    const clear = plaintext === undefined ? '' : `"plaintext":"${encodeSecret(plaintext)}",`
    return `${clear}"ciphertext":"${writeEnvelope('data-key', key, result)}",${made(result)}`
  },
)

const generateDataKeyPair = verb(
  core.generateDataKeyPair,
  (fields) => {
    const spec = fields.spec('spec')
    const rest = readDataKey(fields)
    return rest instanceof core.KeeperError ? rest : { spec, ...rest }
  },
  (result, key) => {
    const { plaintext } = result
    const clear = plaintext === undefined ? '' : `"privateKey":"${encodeSecret(plaintext)}",`
    const text = writeEnvelope('data-key', key, result)
    return `${clear}"publicKey":"${encodeBase64(result.publicKey)}","ciphertext":"${text}",${made(result)}`
  },
)

const derive = verb(
  core.derive,
  (fields) => {
    const lengthBytes = fields.integer('lengthBytes', 1, 8_160)
    const salt = fields.optionalBytes('salt')
    const label = fields.optionalBytes('label')
    const context = fields.optionalBytes('derivationContext')
    return {
      lengthBytes,
      ...(salt !== undefined && { salt }),
      ...(label !== undefined && { label }),
      ...(context !== undefined && { context }),
      mechanism: fields.optionalMechanism('mechanism'),
      version: fields.optionalVersion('version'),
    }
  },
  (result) => `"derived":"${encodeSecret(result.derived)}",${made(result)}`,
)

const shared = (result: { readonly sharedSecret: Uint8Array; readonly version: number }): string =>
  `"sharedSecret":"${encodeSecret(result.sharedSecret)}","version":${result.version}`

const agree = verb(
  core.agree,
  (fields) => ({
    peerPublicKey: fields.bytes('peerPublicKey'),
    mechanism: fields.optionalMechanism('mechanism'),
    version: fields.optionalVersion('version'),
  }),
  shared,
)

const encapsulate = verb(
  core.encapsulate,
  (fields) => ({ mechanism: fields.optionalMechanism('mechanism') }),
  (result) => `"encapsulation":"${encodeBase64(result.ciphertext)}",${shared(result)}`,
)

const decapsulate = verb(
  core.decapsulate,
  (fields) => ({
    ciphertext: fields.bytes('encapsulation'),
    version: fields.optionalVersion('version'),
    mechanism: fields.optionalMechanism('mechanism'),
  }),
  shared,
)

export const DATA_OPERATIONS: Readonly<Record<DataVerb, AnyVerb>> = {
  encrypt,
  decrypt,
  reEncrypt,
  sign,
  verify,
  mac,
  verifyMac,
  wrap,
  unwrap,
  generateDataKey,
  generateDataKeyPair,
  derive,
  agree,
  encapsulate,
  decapsulate,
}
