import { ALGORITHM_PROFILES, SEAL_KINDS } from '@claviger/core'
import {
  account,
  address,
  addressAndPort,
  type Check,
  domain,
  flag,
  hosts,
  oneOf,
  origin,
  origins,
  path,
  recipients,
  region,
  regions,
  uriPrefix,
  whole,
} from './checks.ts'
import { type Config, LOG_FORMATS, LOG_LEVELS } from './config.ts'

/** The configuration while it is put together. */
export type Draft = { -readonly [K in keyof Omit<Config, 'oidc'>]: Mutable<Config[K]> }
type Mutable<T> = T extends object ? { -readonly [K in keyof T]: T[K] } : T

export interface Setting {
  readonly check: Check
  /** What it is for, in one line of Markdown; `docs/operations/configuration.md` has it. */
  readonly about: string
  /** Paths are relative to the folder that the file lies in. */
  readonly path?: true
  readonly assign: (draft: Draft, value: never) => void
}

/** One row for each setting, by its path in the file. */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  folder: {
    check: path,
    about: 'where the store, the log, the seal and the certificates lie; must be given',
    path: true,
    assign: (draft, value) => (draft.folder = value),
  },
  'listen.address': {
    check: address,
    about: 'what to listen on; `0.0.0.0` or `::` for every interface',
    assign: (draft, value) => (draft.listen.address = value),
  },
  'listen.port': {
    check: whole(0, 65_535),
    about: 'TCP port; 0 takes a free one',
    assign: (draft, value) => (draft.listen.port = value),
  },
  'listen.names': {
    check: hosts,
    about: "what clients call the keeper: the names in the certificate of the keeper's own CA",
    assign: (draft, value) => (draft.listen.names = value),
  },
  'listen.certificate': {
    check: path,
    about: 'a certificate of your own (PEM, with its chain), in place of one from the own CA',
    path: true,
    assign: (draft, value) => (draft.listen.certificate = value),
  },
  'listen.key': {
    check: path,
    about: 'the file of its private key (PEM); goes with `listen.certificate`',
    path: true,
    assign: (draft, value) => (draft.listen.key = value),
  },
  'listen.body-bytes-max': {
    check: whole(1_024, 64 * 1024 * 1024),
    about: 'longest body of a request',
    assign: (draft, value) => (draft.listen.bodyBytesMax = value),
  },
  'listen.connections-max': {
    check: whole(1, 1_000_000),
    about: 'connections open at once; further ones are closed',
    assign: (draft, value) => (draft.listen.connectionsMax = value),
  },
  'listen.metrics-open': {
    check: flag,
    about: 'whether `/metrics` needs no credential',
    assign: (draft, value) => (draft.listen.metricsOpen = value),
  },
  'seal.kind': {
    check: oneOf(SEAL_KINDS),
    about: 'what opens the root key: shares of several people, a passphrase, or a key file',
    assign: (draft, value) => (draft.seal.kind = value),
  },
  'audit.origin': {
    check: origin,
    about: 'the name of the audit log, in every checkpoint; never change it once the log has begun',
    assign: (draft, value) => (draft.audit.origin = value),
  },
  'audit.checkpoint-seconds': {
    check: whole(1, 3_600),
    about: 'longest time until an entry is under a signed checkpoint',
    assign: (draft, value) => (draft.audit.checkpointSeconds = value),
  },
  'backup.folder': {
    check: path,
    about: 'where the keeper puts backups by itself; none are taken when it is left out',
    path: true,
    assign: (draft, value) => (draft.backup.folder = value),
  },
  'backup.recipients': {
    check: recipients,
    about: 'who can open them (age); goes with `backup.folder`',
    assign: (draft, value) => (draft.backup.recipients = value),
  },
  'backup.every-hours': {
    check: whole(1, 8_760),
    about: 'a backup is taken when the newest in the folder is as old as that',
    assign: (draft, value) => (draft.backup.everyHours = value),
  },
  'backup.keep': {
    check: whole(1, 10_000),
    about: 'how many are kept; the oldest go once a new one is whole',
    assign: (draft, value) => (draft.backup.keep = value),
  },
  'algorithms.profile': {
    check: oneOf(ALGORITHM_PROFILES),
    about: 'which algorithms keys may be created for',
    assign: (draft, value) => (draft.algorithms.profile = value),
  },
  'cache.keys': {
    check: whole(1, 10_000_000),
    about: 'keys kept in memory, without their material',
    assign: (draft, value) => (draft.cache.keys = value),
  },
  'cache.materials': {
    check: whole(1, 10_000_000),
    about: 'opened key materials kept',
    assign: (draft, value) => (draft.cache.materials = value),
  },
  'cache.locked-bytes': {
    check: whole(4_096, 1024 ** 3),
    about: 'of opened symmetric keys, in locked memory; below `RLIMIT_MEMLOCK`',
    assign: (draft, value) => (draft.cache.lockedBytes = value),
  },
  'cache.private-key-bytes': {
    check: whole(4_096, 1024 ** 3),
    about: "of opened private keys; below the size of OpenSSL's secure heap, 4 MiB",
    assign: (draft, value) => (draft.cache.privateKeyBytes = value),
  },
  'aws.account': {
    check: account,
    about: "what AWS's programs see as the account of the default tenant",
    assign: (draft, value) => (draft.aws.account = value),
  },
  'aws.region': {
    check: region,
    about: 'the home region: keys made by other protocols are seen there',
    assign: (draft, value) => (draft.aws.region = value),
  },
  'aws.regions': {
    check: regions,
    about: 'the regions that requests may be signed for; any when it is left out',
    assign: (draft, value) => (draft.aws.regions = value),
  },
  'aws.listen': {
    check: addressAndPort,
    about: "a listener for AWS's protocols alone, beside the one that serves all of them",
    assign: (draft, value) => (draft.aws.listen = value),
  },
  'aws.nitro-root': {
    check: path,
    about:
      "the root of enclaves' attestation documents (PEM); every `Recipient` is refused when it is left out",
    path: true,
    assign: (draft, value) => (draft.aws.nitroRoot = value),
  },
  'aws.xks-prefix': {
    check: uriPrefix,
    about:
      'what stands before `/kms/xks/v1` where the keeper is the proxy of an external key store',
    assign: (draft, value) => (draft.aws.xksPrefix = value),
  },
  'aws.xks-hosts': {
    check: hosts,
    about: 'the hosts that external key stores may be at; any when it is left out',
    assign: (draft, value) => (draft.aws.xksHosts = value),
  },
  'aws.xks-authorities': {
    check: path,
    about: "authorities (PEM) for the certificates of proxies, beside the system's own",
    path: true,
    assign: (draft, value) => (draft.aws.xksAuthorities = value),
  },
  'aws.xks-timeout-ms': {
    check: whole(50, 10_000),
    about: 'how long a proxy may take for an answer; AWS gives it 250',
    assign: (draft, value) => (draft.aws.xksTimeoutMs = value),
  },
  'passkeys.rp-id': {
    check: domain,
    about: 'the domain that passkeys of approvers are bound to; no passkeys when it is left out',
    assign: (draft, value) => (draft.passkeys.rpId = value),
  },
  'passkeys.origins': {
    check: origins,
    about:
      'the pages they are used on, at the domain or below it; `https://` and the domain when left out',
    assign: (draft, value) => (draft.passkeys.origins = value),
  },
  'log.level': {
    check: oneOf(LOG_LEVELS),
    about: "the least that the operator's log shows; the audit log has everything, always",
    assign: (draft, value) => (draft.log.level = value),
  },
  'log.format': {
    check: oneOf(LOG_FORMATS),
    about: '`json` is one object a line',
    assign: (draft, value) => (draft.log.format = value),
  },
}
