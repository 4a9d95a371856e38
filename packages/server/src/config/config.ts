import type { AlgorithmProfile, SealKind } from '@claviger/core'
import type { OidcIssuer } from './oidc.ts'

export const LOG_LEVELS = ['info', 'warn', 'error'] as const
export const LOG_FORMATS = ['text', 'json'] as const

/** Everything the keeper is told at start; `docs/operations/configuration.md` explains each. */
export interface Config {
  /** Folder of the store, the log, the seal and the certificates. */
  readonly folder: string
  readonly listen: {
    readonly address: string
    readonly port: number
    /** Names and addresses that the keeper's own certificate is made for. */
    readonly names: readonly string[]
    /** A certificate of your own (PEM, with its chain) and its key; both or neither. */
    readonly certificate?: string
    readonly key?: string
    readonly bodyBytesMax: number
    readonly connectionsMax: number
    /** Whether `/metrics` needs no credential. */
    readonly metricsOpen: boolean
  }
  readonly seal: { readonly kind: SealKind }
  readonly audit: { readonly origin: string; readonly checkpointSeconds: number }
  /** Backups that the keeper takes by itself; none without a folder. */
  readonly backup: {
    readonly folder?: string
    /** Of age. */
    readonly recipients?: readonly string[]
    readonly everyHours: number
    readonly keep: number
  }
  readonly algorithms: { readonly profile: AlgorithmProfile }
  readonly cache: {
    readonly keys: number
    readonly materials: number
    /** Of opened symmetric keys, in locked memory: below RLIMIT_MEMLOCK. */
    readonly lockedBytes: number
    /** Of opened private keys: below the size of OpenSSL's secure heap, which is 4 MiB. */
    readonly privateKeyBytes: number
  }
  readonly aws: {
    /** What AWS's programs see as the account of the default tenant: 12 digits. */
    readonly account: string
    /** Where keys made by other protocols are seen. */
    readonly region: string
    /** The regions that requests may be signed for; every well-formed name when absent. */
    readonly regions?: readonly string[]
    /** `address:port` of a listener for AWS's protocols alone, beside the one that serves all. */
    readonly listen?: string
    /** A file of the certificates (PEM) that enclaves' attestation documents are trusted under. */
    readonly nitroRoot?: string
    /** What stands before `/kms/xks/v1` where the keeper is the proxy of an external key store. */
    readonly xksPrefix?: string
    /** Hosts that the keeper may use as proxies of external key stores; any when absent. */
    readonly xksHosts?: readonly string[]
    /** A file of the authorities (PEM) that proxies are trusted under, beside the system's own. */
    readonly xksAuthorities?: string
    /** How long a proxy may take for an answer, connecting included. */
    readonly xksTimeoutMs: number
  }
  /** Issuers of OpenID Connect whose tokens let in. */
  readonly oidc: readonly OidcIssuer[]
  readonly passkeys: {
    /** The relying party's id (WebAuthn §4): a domain. No passkeys when absent. */
    readonly rpId?: string
    /** Origins of the pages that passkeys are used on; `https://` and the id when absent. */
    readonly origins?: readonly string[]
  }
  readonly log: {
    readonly level: (typeof LOG_LEVELS)[number]
    readonly format: (typeof LOG_FORMATS)[number]
  }
}

export const DEFAULT_PORT = 8420

/** Every setting but the folder has a default. */
export function defaultConfig(folder: string): Config {
  return {
    folder,
    listen: {
      address: '127.0.0.1',
      port: DEFAULT_PORT,
      names: ['localhost', '127.0.0.1', '::1'],
      bodyBytesMax: 8 * 1024 * 1024,
      connectionsMax: 4_096,
      metricsOpen: false,
    },
    seal: { kind: 'shamir' },
    audit: { origin: 'claviger.local/log', checkpointSeconds: 1 },
    backup: { everyHours: 24, keep: 14 },
    algorithms: { profile: 'nist' },
    cache: {
      keys: 10_000,
      materials: 10_000,
      lockedBytes: 2 * 1024 * 1024,
      privateKeyBytes: 3 * 1024 * 1024,
    },
    aws: { account: '000000000000', region: 'us-east-1', xksTimeoutMs: 250 },
    oidc: [],
    passkeys: {},
    log: { level: 'info', format: 'text' },
  }
}
