import { resolve } from 'node:path'
import { decodeUtf8, encodeUtf8 } from '@claviger/bytes'
import type { ImportedKey } from '@claviger/crypto'
import { CliError, usageError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { assertFree, writeAtomically } from './atomic-file.ts'
import { readFileInput } from './input.ts'

/*
 * The keys that people sign approvals by: PKCS#8 (RFC 5958) and SubjectPublicKeyInfo as PEM (RFC 7468), which
 * OpenSSL reads and writes too. The private half is read here and goes nowhere.
 */

const KEY_BYTES_MAX = 16 * 1024
const PUBLIC_MODE = 0o644
const MECHANISMS = { ed25519: 'ed25519', 'ec-p256': 'ecdsa-sha256' } as const

export interface ApproverPublicKey {
  /** SHA-256 of `spki`, hex. */
  readonly id: string
  readonly spki: Uint8Array
}

export interface ApproverPrivateKey extends ApproverPublicKey {
  sign(text: string): Promise<Uint8Array>
}

/** Makes a pair: the private half in the file, the public one beside it with `.pub` at the end. */
export async function writeApproverKey(
  context: Context,
  file: string,
  force: boolean | undefined,
): Promise<ApproverPublicKey> {
  const { exportKeyText, generateKey } = await import('@claviger/crypto')
  const path = resolve(context.environment.cwd, file)
  assertFree(`${path}.pub`, force)
  const key = await generateKey('ed25519')
  const secret = encodeUtf8(exportKeyText(key, 'pem', { secret: true }))
  const open = encodeUtf8(exportKeyText(key, 'pem'))
  await writeAtomically(path, [secret], { force })
  secret.fill(0)
  await writeAtomically(`${path}.pub`, [open], { force, mode: PUBLIC_MODE })
  return publicHalf(key, file)
}

/** Refuses a private key here, so that none is ever sent. */
export async function readApproverPublicKey(
  context: Context,
  file: string,
): Promise<ApproverPublicKey> {
  const key = await readKey(context, file)
  if (key.secret === undefined) return publicHalf(key, file)
  key.secret.fill(0)
  throw usageError(`${file} is a private key: keep it, and name the public one`)
}

export async function readApproverPrivateKey(
  context: Context,
  file: string,
): Promise<ApproverPrivateKey> {
  const { openKey, sign } = await import('@claviger/crypto')
  const key = await readKey(context, file)
  const { spec, secret } = key
  if (secret === undefined) throw usageError(`${file} is a public key: name the private one`)
  if (spec !== 'ed25519' && spec !== 'ec-p256') throw wrongKind(file)
  const opened = openKey(spec, secret)
  return {
    ...(await publicHalf(key, file)),
    sign: async (text) => sign(opened, MECHANISMS[spec], { message: encodeUtf8(text) }),
  }
}

async function readKey(context: Context, file: string): Promise<ImportedKey> {
  const { CryptoError, importKey } = await import('@claviger/crypto')
  const pem = await readFileInput(context, file, KEY_BYTES_MAX)
  try {
    return await importKey('pem', decodeUtf8(pem))
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error
    throw new CliError('usage', `${file} is no key: it must be one unencrypted PEM block`)
  } finally {
    pem.fill(0)
  }
}

async function publicHalf(key: ImportedKey, file: string): Promise<ApproverPublicKey> {
  if (key.public === undefined || !Object.hasOwn(MECHANISMS, key.spec)) throw wrongKind(file)
  const { hashHex } = await import('@claviger/crypto')
  return { id: hashHex('sha256', key.public), spki: key.public }
}

function wrongKind(file: string): CliError {
  return usageError(`${file} is a key of another kind: approvals are signed by Ed25519 or P-256`)
}
