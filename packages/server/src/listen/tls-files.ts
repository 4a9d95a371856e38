import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { certificateFacts } from '@claviger/crypto'

const DAY_MS = 86_400_000
const RENEW_DAYS = 30

/** What a TLS listener needs, in PEM. */
export interface TlsMaterial {
  readonly certificate: string
  readonly key: string
  /** The CA to trust, when it is the keeper's own. */
  readonly authority?: string
}

/**
 * The keeper's own CA and server certificate, made on first use and renewed in time.
 *
 * @returns what to listen with; the CA's certificate is at `<folder>/ca.pem`
 */
export async function ensureTls(
  folder: string,
  names: readonly string[],
  now: number,
): Promise<TlsMaterial> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const present = readPresent(folder)
  if (present !== undefined && serves(present.certificate, names, now)) return present
  const { makeAuthority, makeServerCertificate } = await import('./certificates.ts')
  const known = readPair(folder, 'ca')
  const authority = known ?? (await makeAuthority('Claviger CA', now))
  if (known === undefined) {
    replaceFile(join(folder, 'ca.key'), authority.privateKey, 0o600)
    replaceFile(join(folder, 'ca.pem'), authority.certificate, 0o644)
  }
  const server = await makeServerCertificate(authority, names, now)
  replaceFile(join(folder, 'server.key'), server.privateKey, 0o600)
  replaceFile(join(folder, 'server.pem'), server.certificate, 0o644)
  return {
    certificate: server.certificate + authority.certificate,
    key: server.privateKey,
    authority: authority.certificate,
  }
}

function readPresent(folder: string): TlsMaterial | undefined {
  const authority = readPair(folder, 'ca')
  const server = readPair(folder, 'server')
  if (authority === undefined || server === undefined) return undefined
  return {
    certificate: server.certificate + authority.certificate,
    key: server.privateKey,
    authority: authority.certificate,
  }
}

function readPair(
  folder: string,
  name: string,
): { certificate: string; privateKey: string } | undefined {
  const certificate = readOptional(join(folder, `${name}.pem`))
  const privateKey = readOptional(join(folder, `${name}.key`))
  return certificate === undefined || privateKey === undefined
    ? undefined
    : { certificate, privateKey }
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Whether a certificate lasts long enough and covers every name. */
function serves(pem: string, names: readonly string[], now: number): boolean {
  const facts = certificateFacts(Buffer.from(pem))
  const covered = new Set(facts.alternativeNames)
  const missing = names.some((name) => !covered.has(isIP(name) === 6 ? canonicalIp6(name) : name))
  return !missing && facts.notAfter - now > RENEW_DAYS * DAY_MS && facts.notBefore <= now
}

function canonicalIp6(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1)
}

/** A crash leaves the old file or the new one, never half of one. */
export function replaceFile(path: string, content: string, mode: number): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, 'w', mode)
  try {
    writeSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
}
