import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { type CertificateFacts, certificateFacts } from '@claviger/crypto'
import type { CertifiedKey } from './certificates.ts'
import { replaceFile } from './replace-file.ts'

export { replaceFile } from './replace-file.ts'

const DAY_MS = 86_400_000
const RENEW_DAYS = 30

/** What a TLS listener needs, in PEM. */
export interface TlsMaterial {
  /** The server's certificate and its chain. */
  readonly certificate: string
  readonly key: string
  /** The CA to trust, when it is the keeper's own. */
  readonly authority?: string
}

/**
 * The keeper's own CA and server certificate, made on first use and renewed in time.
 *
 * A server certificate that cannot be used is made again: nobody trusts it by itself. The CA is what
 * clients trust, so it is never replaced: where it cannot be used this throws an Error of one line.
 *
 * @returns what to listen with; the CA's certificate is at `<folder>/ca.pem`
 */
export async function ensureTls(
  folder: string,
  names: readonly string[],
  now: number,
): Promise<TlsMaterial> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const ca = readAuthority(folder, now)
  if (ca !== undefined) {
    const present = readServer(folder, ca.certificate)
    if (present !== undefined && serves(present.certificate, names, now)) {
      return { certificate: present.certificate, key: present.key, authority: ca.certificate }
    }
  }
  const { makeAuthority, makeServerCertificate } = await import('./certificates.ts')
  const authority = ca ?? (await makeAuthority('Claviger CA', now))
  if (ca === undefined) {
    // The certificate last: a CA is there once it can be given to clients.
    replaceFile(join(folder, 'ca.key'), authority.privateKey ?? '', 0o600)
    replaceFile(join(folder, 'ca.pem'), authority.certificate, 0o644)
  }
  const { privateKey } = authority
  if (privateKey === undefined) throw new Error(withoutKey(folder))
  const server = await makeServerCertificate({ ...authority, privateKey }, names, now)
  const chain = server.certificate + authority.certificate
  replaceFile(join(folder, 'server.key'), server.privateKey, 0o600)
  replaceFile(join(folder, 'server.pem'), chain, 0o644)
  return { certificate: chain, key: server.privateKey, authority: authority.certificate }
}

/** The certificate and key that the configuration names; an Error of one line where one cannot be read. */
export function readTls(certificate: string, key: string): TlsMaterial {
  return {
    certificate: readNamed(certificate, 'listen.certificate'),
    key: readNamed(key, 'listen.key'),
  }
}

function readNamed(path: string, setting: string): string {
  const text = readOptional(path)
  if (text === undefined) throw new Error(`there is no ${path}; ${setting} names it`)
  return text
}

type Authority = Pick<CertifiedKey, 'certificate'> & Partial<CertifiedKey>

/** The CA, without its key where that is kept elsewhere; undefined before the first start. */
function readAuthority(folder: string, now: number): Authority | undefined {
  const path = join(folder, 'ca.pem')
  const certificate = readOptional(path)
  if (certificate === undefined) {
    // A first start that was cut off left a key at most; anything more was in use.
    if (readOptional(join(folder, 'server.pem')) === undefined) return undefined
    throw new Error(`${path} is missing; put it back${orAnew(folder)}`)
  }
  const facts = readFacts(certificate)
  if (facts === undefined) throw new Error(`${path} is no certificate; restore it${orAnew(folder)}`)
  if (facts.notAfter <= now)
    throw new Error(`the CA of ${path} has expired; to go on${orAnew(folder)}`)
  const privateKey = readKey(join(folder, 'ca.key'))
  if (privateKey !== undefined && !goTogether(certificate, privateKey)) {
    throw new Error(`ca.key is not the key of ${path}; restore it${orAnew(folder)}`)
  }
  return { certificate, ...(privateKey !== undefined && { privateKey }) }
}

function orAnew(folder: string): string {
  return `, or remove ca.pem, ca.key, server.pem and server.key in ${folder} for a new CA that every client must be given`
}

function withoutKey(folder: string): string {
  return `ca.key is missing and the server certificate must be renewed; put it back${orAnew(folder)}`
}

/** The server's certificate when it, its key and its CA still go together. */
function readServer(folder: string, authority: string): TlsMaterial | undefined {
  const certificate = readOptional(join(folder, 'server.pem'))
  const key = readKey(join(folder, 'server.key'))
  if (certificate === undefined || key === undefined) return undefined
  // Its chain names the CA that signed it, so a CA restored from elsewhere shows.
  return certificate.endsWith(authority) && goTogether(certificate, key)
    ? { certificate, key }
    : undefined
}

/** OpenSSL refuses a private key that is not the certificate's, and what is neither. */
function goTogether(certificate: string, key: string): boolean {
  try {
    createSecureContext({ cert: certificate, key })
    return true
  } catch {
    return false
  }
}

/** A private key; others' permission to read it, from an older backup say, is taken away. */
function readKey(path: string): string | undefined {
  const key = readOptional(path)
  if (key !== undefined && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
  return key
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    if (code === 'ENOENT') return undefined
    throw new Error(`cannot read ${path} (${code}); ${remedy(code)}`, { cause: error })
  }
}

function remedy(code: string): string {
  if (code === 'EISDIR') return 'it is a folder'
  const user = process.getuid === undefined ? 'this user' : `user ${process.getuid()}`
  return `let ${user} read it: check its owner and permissions, and those of the folders above it`
}

function readFacts(pem: string): CertificateFacts | undefined {
  try {
    return certificateFacts(Buffer.from(pem))
  } catch {
    return undefined
  }
}

/** Whether a certificate lasts long enough and covers every name. */
function serves(pem: string, names: readonly string[], now: number): boolean {
  const facts = readFacts(pem)
  if (facts === undefined) return false
  const covered = new Set(facts.alternativeNames)
  const missing = names.some((name) => !covered.has(isIP(name) === 6 ? canonicalIp6(name) : name))
  return !missing && facts.notAfter - now > RENEW_DAYS * DAY_MS && facts.notBefore <= now
}

function canonicalIp6(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1)
}
