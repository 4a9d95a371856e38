import { createReadStream } from 'node:fs'
import { createHasher } from '@claviger/crypto'
import { encodeHex } from '@claviger/bytes'
import { CliError } from '../cli-error.ts'
import { writeAtomically } from '../file/atomic-file.ts'
import { peek, splitFile, startDecryption, startEncryption } from '../file/encrypted-file.ts'
import { counted, startProgress } from '../terminal/progress.ts'
import type { DemoSubject } from './subject.ts'
import type { Walk } from './walk.ts'

export interface EncryptedCopy {
  readonly bytes: number
  readonly version: number
  readonly entry: number
}

/** The user's file, encrypted under a key. */
export async function encryptCopy(
  walk: Walk,
  { input }: DemoSubject,
  key: string,
  path: string,
): Promise<EncryptedCopy> {
  const { header, entry, encrypt } = await startEncryption(walk.client, { key })
  const progress = startProgress(walk.context.environment.stderr, input.name, input.sizeBytes)
  walk.madeFile(path)
  const bytes = await writeAtomically(path, encrypt(counted(input.open(), progress)))
  return { bytes, version: header.dataKey.version, entry }
}

/** Decrypts an encrypted copy, writes it nowhere, and gives the digest of what came out. */
export async function digestOfCopy(walk: Walk, path: string): Promise<string> {
  const file = splitFile(await peek(createReadStream(path)))
  const { plaintext } = await startDecryption(walk.client, file, {})
  return digestOf(plaintext)
}

export async function digestOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const hasher = createHasher('sha256')
  for await (const piece of source) hasher.update(piece)
  return encodeHex(hasher.digest())
}

/** The digest of the file itself must be that of what was decrypted. */
export async function assertSame(
  walk: Walk,
  { input }: DemoSubject,
  path: string,
): Promise<string> {
  const [expected, found] = [await digestOf(input.open()), await digestOfCopy(walk, path)]
  if (expected === found) return found
  throw new CliError(
    'verification-failed',
    'what was decrypted is not the file; was it changed meanwhile?',
  )
}
