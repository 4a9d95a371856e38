import { AwsError, validation } from '../error.ts'
import { constraint, type Input, optionalOneOf, optionalText } from '../members.ts'
import { type Pattern, patterned } from '../validation.ts'

/** What a call says of a proxy; all of it when a key store is made, and what is to change later. */
export interface ProxySettings {
  readonly endpoint?: string
  readonly path?: string
  readonly credential?: { readonly accessKeyId: string; readonly secret: string }
}

export const STORE_ID = { min: 1, max: 64 }
export const STORE_NAME = { min: 1, max: 256 }
const URI_ENDPOINT = { min: 10, max: 128 }
const URI_PATH = { min: 10, max: 128 }
const ACCESS_KEY_ID = { min: 20, max: 30 }
const SECRET = { min: 43, max: 64 }
const SERVICE_NAME = { min: 20, max: 64 }

/** AWS's pattern, and a port: AWS knows 443 alone, a house has others. */
const ENDPOINT: Pattern = {
  matches: /^https:\/\/[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[1-9]\d{0,4})?$/,
  shown: '^https://[a-zA-Z0-9.-]+$',
}
const PATH: Pattern = {
  matches: /^(?:\/[a-zA-Z0-9/_-]+)?\/kms\/xks\/v\d{1,2}$/,
  shown: '^(/[a-zA-Z0-9\\/_-]+/kms/xks/v\\d{1,2})$|^(/kms/xks/v\\d{1,2})$',
}
const KEY_ID: Pattern = { matches: /^[A-Z2-7]*$/, shown: '^[A-Z2-7]*$' }
/** Secrets are not repeated in refusals. */
const SECRET_TEXT = /^[a-zA-Z0-9/+=]*$/
/** AWS's pattern, but for the two that are no segment of a path: they would name another call of the proxy. */
export const XKS_KEY_ID: Pattern = {
  matches: /^(?!\.{1,2}$)[a-zA-Z0-9\-_.]+$/,
  shown: '^[a-zA-Z0-9\\-_.]+$',
}

const CONNECTIVITY = ['PUBLIC_ENDPOINT', 'VPC_ENDPOINT_SERVICE'] as const
const CLOUDHSM_MEMBERS = ['CloudHsmClusterId', 'TrustAnchorCertificate', 'KeyStorePassword']

/** The members of an external key store that are there. */
export function readProxySettings(input: Input): ProxySettings {
  const endpoint = optionalText(input, 'XksProxyUriEndpoint', URI_ENDPOINT)
  const path = optionalText(input, 'XksProxyUriPath', URI_PATH)
  const credential = readCredential(input)
  assertNoCloudHsm(input)
  assertPublic(input)
  return {
    ...(endpoint !== undefined && {
      endpoint: addressIn(patterned('XksProxyUriEndpoint', endpoint, ENDPOINT)),
    }),
    ...(path !== undefined && { path: patterned('XksProxyUriPath', path, PATH) }),
    ...(credential !== undefined && { credential }),
  }
}

/** The pattern lets pass what is no address: a port above 65535, 1.2.3.999. */
function addressIn(endpoint: string): string {
  if (URL.canParse(endpoint)) return endpoint.toLowerCase()
  throw constraint('XksProxyUriEndpoint', 'be the address of an HTTPS server')
}

/** For a new key store everything is required. */
export function readNewProxy(input: Input): Required<ProxySettings> {
  const { endpoint, path, credential } = readProxySettings(input)
  const required = {
    XksProxyUriEndpoint: endpoint,
    XksProxyUriPath: path,
    XksProxyAuthenticationCredential: credential,
    XksProxyConnectivity: input['XksProxyConnectivity'] ?? undefined,
  }
  for (const [name, value] of Object.entries(required)) {
    if (value === undefined) {
      throw validation(`${name} is required when CustomKeyStoreType is EXTERNAL_KEY_STORE.`)
    }
  }
  if (endpoint === undefined || path === undefined || credential === undefined) {
    throw validation('The external key store proxy is not described.')
  }
  return { endpoint, path, credential }
}

function readCredential(input: Input): ProxySettings['credential'] {
  const value = input['XksProxyAuthenticationCredential'] ?? undefined
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AwsError('SerializationException', 'A member of the request is not a structure.')
  }
  const accessKeyId = optionalText(value as Input, 'AccessKeyId', ACCESS_KEY_ID)
  const secret = optionalText(value as Input, 'RawSecretAccessKey', SECRET)
  if (accessKeyId === undefined) throw constraint('AccessKeyId', 'not be null', 'null')
  if (secret === undefined) throw constraint('RawSecretAccessKey', 'not be null', 'null')
  if (!SECRET_TEXT.test(secret)) {
    throw constraint(
      'RawSecretAccessKey',
      `satisfy regular expression pattern: ^[a-zA-Z0-9\\/+=]*$`,
    )
  }
  return { accessKeyId: patterned('AccessKeyId', accessKeyId, KEY_ID), secret }
}

function assertNoCloudHsm(input: Input): void {
  for (const name of CLOUDHSM_MEMBERS) {
    if ((input[name] ?? undefined) === undefined) continue
    throw validation(`${name} is not valid for an external key store.`)
  }
}

/** A keeper is in no VPC: the modelled answer to whoever names a service in one. */
function assertPublic(input: Input): void {
  const connectivity = optionalOneOf(input, 'XksProxyConnectivity', CONNECTIVITY)
  const service = optionalText(input, 'XksProxyVpcEndpointServiceName', { ...SERVICE_NAME, min: 0 })
  if (connectivity === 'VPC_ENDPOINT_SERVICE' || (service !== undefined && service !== '')) {
    throw new AwsError(
      'XksProxyVpcEndpointServiceNotFoundException',
      'A keeper has no VPC endpoint services. Use PUBLIC_ENDPOINT: the endpoint may be in any network that the keeper reaches.',
    )
  }
}
