// Secret keys in a JCEKS store: a serialized SealedObject, inside of which another object is serialized: a
// SecretKeySpec, or a KeyRep for the keys that Java has classes of its own for.
import { ByteReader, BytesError, concat } from '@claviger/bytes'
import { DerReader } from './der-reader.ts'
import { KeyFileError, malformed, unsupported, wrongPassphrase } from './error.ts'
import { type JavaObject, readJavaObject } from './java-object.ts'
import { encodeJavaText } from './java-text.ts'
import { openTripleDes, sealTripleDes } from './jks-protector.ts'
import type { Opening } from './pbe.ts'

const SEALED_BY = 'PBEWithMD5AndTripleDES'

export interface JavaSecret {
  readonly algorithm: string
  readonly key: Uint8Array
}

/** What is behind the reader's place, still sealed: a store's entries have no lengths. */
export function readSealedSecret(reader: ByteReader): JavaObject {
  return readJavaObject(reader)
}

export function openSealedSecret({ fields }: JavaObject, opening: Opening): JavaSecret {
  const parameters = fields.get('encodedParams')
  const ciphertext = fields.get('encryptedContent')
  const algorithm = fields.get('sealAlg')
  if (!(parameters instanceof Uint8Array) || !(ciphertext instanceof Uint8Array)) {
    throw malformed('a secret key is not sealed as it should be')
  }
  if (algorithm !== SEALED_BY) {
    throw unsupported('a secret key is sealed with an algorithm that is not read here')
  }
  const plaintext = openTripleDes(ciphertext, new DerReader(parameters).sequence(), opening)
  try {
    return secretOf(plaintext)
  } catch (error) {
    // What was not meant to be read may look like padding, and hardly like a Java object.
    const isNoObject = error instanceof KeyFileError && error.code !== 'unsupported'
    throw error instanceof BytesError || isNoObject ? wrongPassphrase() : error
  } finally {
    plaintext.fill(0)
  }
}

function secretOf(plaintext: Uint8Array): JavaSecret {
  const reader = new ByteReader(plaintext)
  const { fields } = readJavaObject(reader)
  reader.end()
  const algorithm = fields.get('algorithm')
  const key = fields.get('key') ?? fields.get('encoded')
  if (typeof algorithm !== 'string' || !(key instanceof Uint8Array)) {
    throw unsupported('a secret key is of a Java class that is not read here')
  }
  const copied = new Uint8Array(new ArrayBuffer(key.length))
  copied.set(key)
  return { algorithm, key: copied }
}

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(' ', ''))
const STREAM = hex('aced 0005')
/** TC_ENDBLOCKDATA TC_NULL: no annotation, nothing above. */
const END_OF_CLASS = hex('78 70')
const BYTES_CLASS = concat(hex('72'), encodeJavaText('[B'), hex('acf317f8060854e0 02 0000 78 70'))
const TEXT_TYPE = concat(hex('74'), encodeJavaText('Ljava/lang/String;'))
const BYTES_TYPE = concat(hex('74'), encodeJavaText('[B'))

function reference(handle: number): Uint8Array {
  return Uint8Array.of(0x71, 0x00, 0x7e, 0x00, handle)
}

function lengthAnd(bytes: Uint8Array): Uint8Array {
  const { length } = bytes
  return concat(
    Uint8Array.of(length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff),
    bytes,
  )
}

function field(type: '[' | 'L', name: string, of: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(type.charCodeAt(0)), encodeJavaText(name), of)
}

/** As Java's `ObjectOutputStream` writes a `SealedObjectForKeyProtector` around a `SecretKeySpec`. */
export function encodeSealedSecret(
  { algorithm, key }: JavaSecret,
  opening: Pick<Opening, 'passphrase'>,
  iterations: number,
): Uint8Array {
  const inner = encodeSecretKeySpec(algorithm, key)
  const { parameters, ciphertext } = sealTripleDes(inner, opening, iterations)
  inner.fill(0)
  const sealedBy = concat(hex('74'), encodeJavaText(SEALED_BY))
  return concat(
    STREAM,
    hex('73 72'),
    encodeJavaText('com.sun.crypto.provider.SealedObjectForKeyProtector'),
    hex('cd57ca59e730bb53 02 0000 78 72'),
    encodeJavaText('javax.crypto.SealedObject'),
    hex('3e363da6c3b75470 02 0004'),
    field('[', 'encodedParams', BYTES_TYPE),
    field('[', 'encryptedContent', reference(2)),
    field('L', 'paramsAlg', TEXT_TYPE),
    field('L', 'sealAlg', reference(3)),
    END_OF_CLASS,
    hex('75'),
    BYTES_CLASS,
    lengthAnd(parameters),
    hex('75'),
    reference(5),
    lengthAnd(ciphertext),
    sealedBy,
    sealedBy,
  )
}

function encodeSecretKeySpec(algorithm: string, key: Uint8Array): Uint8Array {
  return concat(
    STREAM,
    hex('73 72'),
    encodeJavaText('javax.crypto.spec.SecretKeySpec'),
    hex('5b470b66e230614d 02 0002'),
    field('L', 'algorithm', TEXT_TYPE),
    field('[', 'key', BYTES_TYPE),
    END_OF_CLASS,
    hex('74'),
    encodeJavaText(algorithm),
    hex('75'),
    BYTES_CLASS,
    lengthAnd(key),
  )
}
