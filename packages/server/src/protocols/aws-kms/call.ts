import type { Instant, Keeper, RequestContext, Session } from '@claviger/core'
import type { AwsCrypto } from './crypto-port.ts'
import type { KeyStorePort } from './key-store/port.ts'

/** Who calls, as the signature of the request proved (SigV4). */
export interface AwsCaller {
  readonly session: Session
  /** 12 digits; a tenant. */
  readonly account: string
  /** `arn:aws:iam::<account>:user/<name>`, or `:root` for the account itself. */
  readonly arn: string
  /** The region of the signature's scope: a logical region of this keeper. */
  readonly region: string
}

/** What the composition root gives this protocol for its operations. */
export interface AwsOperationPorts {
  readonly keeper: Keeper
  readonly crypto: AwsCrypto
  readonly now: () => Instant
  /** Where keys made by other protocols are seen. */
  readonly homeRegion: string
  /** Roots of the enclaves' attestation documents (DER); without any, every document is refused. */
  readonly nitroRoots?: readonly Uint8Array[]
  /** Reaches the proxies of external key stores; absent where none may be used. */
  readonly keyStores?: KeyStorePort
}

/** One call of one action. */
export interface AwsCall extends AwsCaller {
  readonly ports: AwsOperationPorts
  /** `Encrypt`, …: the part of `X-Amz-Target` after the dot. */
  readonly action: string
  /** The body, a JSON object; nothing in it has been looked at. */
  readonly input: Readonly<Record<string, unknown>>
  /** Whether it came over TLS, for `aws:SecureTransport`; absent where that is not known. */
  readonly secureTransport?: boolean
  /** For the log and Cedar; `authorize` of authorization.ts adds AWS's own rules to it. */
  readonly request: RequestContext
}

/** An action of AWS KMS: reads the input, lets the keeper do it, writes the output. */
export type AwsOperation = (call: AwsCall) => Promise<Readonly<Record<string, unknown>>>
