import {
  BytesError,
  decodeBase64url,
  decodeUtf8,
  encodeBase64url,
  encodeUtf8,
} from '@claviger/bytes'
import type { ApproveRequest, NewPasskey } from '@claviger/client'
import { CliError, usageError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { readFileInput } from './input.ts'

/*
 * What a browser makes of a credential by `toJSON()` (WebAuthn Level 3 §5.1): members in base64url. Read are those
 * that the keeper needs, and no others.
 */

const FILE_BYTES_MAX = 64 * 1024

/** Of `navigator.credentials.create`. */
export async function readPasskey(context: Context, file: string): Promise<NewPasskey> {
  const { id, response } = await readCredential(context, file)
  return {
    credential: bytesOf(file, 'id', id),
    publicKey: bytesOf(file, 'response.publicKey', response['publicKey']),
  }
}

/** Of `navigator.credentials.get`; refuses one that was made for anything but `statement`. */
export async function readAssertion(
  context: Context,
  file: string,
  statement: string,
): Promise<Omit<ApproveRequest, 'key'>> {
  const { response } = await readCredential(context, file)
  const member = (name: string): Uint8Array => bytesOf(file, `response.${name}`, response[name])
  const clientDataJson = member('clientDataJSON')
  if (challengeIn(clientDataJson) !== (await challengeOf(statement))) {
    throw new CliError(
      'verification-failed',
      `${file} is not an assertion over this request as it is shown here`,
    )
  }
  return {
    signature: member('signature'),
    assertion: { authenticatorData: member('authenticatorData'), clientDataJson },
  }
}

/** What a passkey is asked to sign: the hash of the statement, base64url. */
export async function challengeOf(statement: string): Promise<string> {
  const { hash } = await import('@claviger/crypto')
  return encodeBase64url(hash('sha256', encodeUtf8(statement)))
}

interface CredentialJson {
  readonly id: unknown
  readonly response: Readonly<Record<string, unknown>>
}

async function readCredential(context: Context, file: string): Promise<CredentialJson> {
  const value = parsed(await readFileInput(context, file, FILE_BYTES_MAX))
  const { id, response } = value ?? {}
  if (isRecord(response)) return { id, response }
  throw usageError(`${file} is not what \`toJSON()\` of a credential gives`)
}

function challengeIn(clientDataJson: Uint8Array): unknown {
  return parsed(clientDataJson)?.['challenge']
}

function parsed(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(decodeUtf8(bytes))
    return isRecord(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof BytesError) return undefined
    throw error
  }
}

function bytesOf(file: string, name: string, value: unknown): Uint8Array {
  try {
    if (typeof value === 'string') return decodeBase64url(value)
  } catch (error) {
    if (!(error instanceof BytesError)) throw error
  }
  throw usageError(`${file} has no ${name} in base64url`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
