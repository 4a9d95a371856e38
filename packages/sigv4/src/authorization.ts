import { SigV4Error } from './error.ts'
import { ALGORITHM, type CredentialScope, TERMINATOR } from './signed-request.ts'

/** The `Authorization` header, taken apart; nothing in it has been proved. */
export interface Authorization extends CredentialScope {
  readonly accessKeyId: string
  /** Lower case, sorted, no name twice. */
  readonly signedHeaders: readonly string[]
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string
}

const HEADER_LENGTH_MAX = 8_192
const PARAMETER = /^(Credential|SignedHeaders|Signature)=([\x21-\x7e]*)$/
const ACCESS_KEY_ID = /^\w{1,128}$/
const DATE = /^\d{8}$/
const SCOPE_PART = /^[a-z0-9-]{1,64}$/
/** RFC 9110 §5.6.2, in lower case. */
const SIGNED_HEADERS = /^[a-z0-9!#$%&'*+.^_`|~-]+(?:;[a-z0-9!#$%&'*+.^_`|~-]+)*$/
const SIGNATURE = /^[0-9a-f]{64}$/

export function isSigV4(authorization: string | undefined): boolean {
  return authorization?.startsWith(ALGORITHM) === true
}

type Unsigned = Omit<Authorization, 'signature'>

const SIGNATURE_DIGITS = 64
const REMEMBERED_MAX = 256
const REMEMBERED_LENGTH_MAX = 1_024
/**
 * What stood before the signature, as every SDK writes it, by its text: a program sends the same all day long.
 * A memory of a pure function and nothing more; strangers can only make it forget.
 */
const remembered = new Map<string, Unsigned>()

/** `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, in any order. */
export function parseAuthorization(header: string): Authorization {
  const head = header.slice(0, -SIGNATURE_DIGITS)
  const known = remembered.get(head)
  if (known !== undefined) {
    const signature = header.slice(-SIGNATURE_DIGITS)
    // Whatever else stands there is refused below, with its reason.
    if (SIGNATURE.test(signature)) return withSignature(known, signature)
  }
  const parsed = parseWhole(header)
  if (head.endsWith('Signature=') && head.length <= REMEMBERED_LENGTH_MAX) {
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    remembered.set(head, parsed)
  }
  return parsed
}

function withSignature(
  { accessKeyId, date, region, service, signedHeaders }: Unsigned,
  signature: string,
): Authorization {
  return { accessKeyId, date, region, service, signedHeaders, signature }
}

function parseWhole(header: string): Authorization {
  if (header.length > HEADER_LENGTH_MAX) {
    throw new SigV4Error('incomplete', 'the Authorization header is too long')
  }
  if (!header.startsWith(`${ALGORITHM} `)) {
    throw new SigV4Error('incomplete', `the Authorization header must begin with ${ALGORITHM}`)
  }
  const parameters = parseParameters(header.slice(ALGORITHM.length + 1))
  const { accessKeyId, ...scope } = parseCredential(parameters.get('Credential') as string)
  const signedHeaders = parseSignedHeaders(parameters.get('SignedHeaders') as string)
  const signature = parameters.get('Signature') as string
  if (!SIGNATURE.test(signature)) {
    throw new SigV4Error('incomplete', 'Signature must be 64 lower-case hexadecimal digits')
  }
  return { accessKeyId, ...scope, signedHeaders, signature }
}

function parseParameters(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const part of text.split(',')) {
    const match = PARAMETER.exec(part.replace(/^ +| +$/g, ''))
    if (match === null || found.has(match[1] as string)) {
      throw new SigV4Error(
        'incomplete',
        'the Authorization header has one Credential, one SignedHeaders and one Signature',
      )
    }
    found.set(match[1] as string, match[2] as string)
  }
  for (const name of ['Credential', 'Signature', 'SignedHeaders']) {
    if (!found.has(name)) {
      throw new SigV4Error('incomplete', `Authorization header requires '${name}' parameter.`)
    }
  }
  return found
}

function parseCredential(text: string): CredentialScope & { readonly accessKeyId: string } {
  const parts = text.split('/')
  if (parts.length !== 5) {
    throw new SigV4Error(
      'incomplete',
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term',
    )
  }
  const [accessKeyId, date, region, service, terminator] = parts as [
    string,
    string,
    string,
    string,
    string,
  ]
  if (!ACCESS_KEY_ID.test(accessKeyId)) {
    throw new SigV4Error('incomplete', 'Credential must begin with an access key id')
  }
  if (!DATE.test(date)) {
    throw new SigV4Error('out-of-scope', 'Date in Credential scope is not of the form YYYYMMDD')
  }
  if (!SCOPE_PART.test(region)) {
    throw new SigV4Error('out-of-scope', 'Credential should be scoped to a valid region.')
  }
  if (!SCOPE_PART.test(service)) {
    throw new SigV4Error('out-of-scope', 'Credential should be scoped to a valid service.')
  }
  if (terminator !== TERMINATOR) {
    throw new SigV4Error(
      'out-of-scope',
      `Credential should be scoped with a valid terminator: '${TERMINATOR}'.`,
    )
  }
  return { accessKeyId, date, region, service }
}

function parseSignedHeaders(text: string): readonly string[] {
  if (!SIGNED_HEADERS.test(text)) {
    throw new SigV4Error('incomplete', 'SignedHeaders must be lower-case names between semicolons')
  }
  const names = text.split(';')
  for (let index = 1; index < names.length; index++) {
    if ((names[index - 1] as string) >= (names[index] as string)) {
      throw new SigV4Error('incomplete', 'SignedHeaders must be sorted, and no name twice')
    }
  }
  return names
}
