import { encodeBase64 } from '@claviger/bytes'
import { exportKey, generateKey } from '@claviger/crypto'
import type { Canaries } from './canaries.ts'

type Body = Readonly<Record<string, unknown>>

/** One call with secrets in it. */
export interface SecretCall {
  readonly operation: string
  readonly path: string
  readonly body?: Body
  /** Names of the canaries that its answer must give back. */
  readonly returns?: readonly string[]
  /** Members of the answer that are secrets made by the keeper: watched from then on. */
  readonly makes?: readonly string[]
}

export type Answers = Map<string, Readonly<Record<string, unknown>>>

const K = '/v1/keys'

/** A call of an operation on one key. */
function onKey(key: string, verb: string, body: Body, more: Partial<SecretCall> = {}): SecretCall {
  return { operation: `POST ${K}/{key}/${verb}`, path: `${K}/${key}/${verb}`, body, ...more }
}

function create(name: string, spec: string, purpose?: string): SecretCall {
  const body = { name, spec, ...(purpose !== undefined && { purpose }) }
  return { operation: `POST ${K}`, path: K, body }
}

/** Keys of every kind that the data operations need, two of them brought along. */
export function setUpCalls(canaries: Canaries): SecretCall[] {
  const importCall = (name: string, spec: string): SecretCall => {
    const material = { format: 'raw', data: canaries.bytes(`material of ${name}`) }
    return { operation: `POST ${K}/import`, path: `${K}/import`, body: { name, spec, material } }
  }
  return [
    importCall('data', 'aes-256'),
    importCall('code', 'hmac-sha256'),
    create('signer', 'ed25519'),
    create('wrapper', 'aes-256', 'wrap'),
    create('deriver', 'kdk-256'),
    create('partner', 'x25519'),
    create('kem', 'ml-kem-768'),
    {
      operation: 'POST /v1/objects',
      path: '/v1/objects',
      body: { name: 'secret', kind: 'secret-data', content: canaries.bytes('content') },
    },
  ]
}

/** Every data operation once, its inputs and outputs canaries. */
export async function dataCalls(canaries: Canaries): Promise<((answers: Answers) => SecretCall)[]> {
  const plaintext = canaries.bytes('plaintext')
  const context = { [canaries.text('context name')]: canaries.text('context value') }
  const message = canaries.bytes('message')
  const material = canaries.bytes('wrapped material')
  const aad = canaries.bytes('aad')
  const peer = await generateKey('x25519')
  const peerPublicKey = encodeBase64(exportKey(peer, 'spki'))
  const of = (answers: Answers, verb: string, member: string): unknown =>
    answers.get(verb)?.[member]
  return [
    () => onKey('data', 'encrypt', { plaintext, context }),
    (told) =>
      onKey('data', 're-encrypt', {
        ciphertext: of(told, 'encrypt', 'ciphertext'),
        context,
        destinationContext: context,
      }),
    (told) =>
      onKey(
        'data',
        'decrypt',
        { ciphertext: of(told, 'encrypt', 'ciphertext'), context },
        { returns: ['plaintext'] },
      ),
    () => onKey('signer', 'sign', { message }),
    (told) => onKey('signer', 'verify', { message, signature: of(told, 'sign', 'signature') }),
    () => onKey('code', 'mac', { message }, { makes: ['mac'] }),
    (told) => onKey('code', 'verify-mac', { message, mac: of(told, 'mac', 'mac') }),
    () => onKey('wrapper', 'wrap', { material }),
    (told) =>
      onKey(
        'wrapper',
        'unwrap',
        { wrapped: of(told, 'wrap', 'wrapped') },
        { returns: ['wrapped material'] },
      ),
    () => onKey('data', 'generate-data-key', { lengthBytes: 32, aad }, { makes: ['plaintext'] }),
    () =>
      onKey('data', 'generate-data-key-pair', { spec: 'ec-p256', aad }, { makes: ['privateKey'] }),
    () =>
      onKey(
        'deriver',
        'derive',
        { lengthBytes: 32, derivationContext: canaries.bytes('derivation context') },
        { makes: ['derived'] },
      ),
    () => onKey('partner', 'agree', { peerPublicKey }, { makes: ['sharedSecret'] }),
    () => onKey('kem', 'encapsulate', {}, { makes: ['sharedSecret'] }),
    (told) =>
      onKey(
        'kem',
        'decapsulate',
        { encapsulation: of(told, 'encapsulate', 'encapsulation') },
        { returns: ['sharedSecret of encapsulate'] },
      ),
    () => ({
      operation: 'POST /v1/random',
      path: '/v1/random',
      body: { lengthBytes: 32 },
      makes: ['random'],
    }),
    () => ({
      operation: 'GET /v1/objects/{object}/content',
      path: '/v1/objects/secret/content',
      returns: ['content'],
    }),
  ]
}
