import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Sha256 } from '@claviger/tlog'
import { FileAuditLog, type OpenAuditLogOptions } from '../../src/audit/index.ts'
import { generateKey, ORIGIN, sha256 as reference } from '../../../tlog/test/memory-log.ts'

export const hashLatin1 = (data: Uint8Array | string): string => hash('sha256', data, 'latin1')
export const sha256: Sha256 = reference

const signer = generateKey('ed25519')
const cosigner = generateKey('cosignature-ml-dsa-44')

export const keys = {
  signers: [signer.signer, cosigner.signer],
  verifiers: [signer.verifier, cosigner.verifier],
  vkeys: [signer.vkey, cosigner.vkey],
}

export function temporaryFolder(t: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-log-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function openLog(
  folder: string,
  options: Partial<OpenAuditLogOptions> = {},
): Promise<FileAuditLog> {
  const { signers, verifiers } = keys
  return FileAuditLog.open({
    folder,
    origin: ORIGIN,
    signers,
    verifiers,
    hash: hashLatin1,
    ...options,
  })
}

export const makeEntry = (index: number): string => `{"id":"event-${index}","tenant":"läuft"}`

/** Appends `count` entries at once, which become one or a few commits. */
export async function appendMany(log: FileAuditLog, from: number, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, at) => log.append(makeEntry(from + at))))
}

export { ORIGIN }
