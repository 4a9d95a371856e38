import { encodeEntry } from '../audit/entry.ts'
import type { EventDetails, EventTarget } from '../audit/event.ts'
import { DEFAULT_TENANT, type EventId, type PrincipalId, type TenantId } from '../id.ts'
import { peerGroup } from '../principal/peer-group.ts'
import type { Principal, Session, Token } from '../principal/principal.ts'
import type { KeeperPorts } from './ports.ts'

/** Why nobody was let in; `unknown` also of what is no credential at all. An issuer's token may have other words. */
export type RefusalReason =
  | 'unknown'
  | 'revoked'
  | 'expired'
  | 'disabled'
  | 'tenant-not-active'
  | 'wrong-signature'
  | (string & {})

/** A refused attempt to come in. It never holds what was presented. */
export interface FailedLogin {
  /** Address without the port; empty for calls from inside. */
  readonly peer: string
  readonly how: 'token' | 'certificate' | 'signature' | 'oidc'
  readonly reason: RefusalReason
  /** Whose credential it is, where it is known and did not let in. */
  readonly owner?: Pick<Principal, 'id' | 'name' | 'tenant'> | undefined
  readonly token?: Pick<Token, 'id'> | undefined
}

interface Repeated {
  readonly login: FailedLogin
  count: number
}

const WINDOW_MS = 60_000
/** A flood from many networks fills this, and not the disk: what comes after it in a window is only counted. */
const KINDS_MAX = 64

/**
 * Writes refused logins into the log: the first of its kind at once, those like it as one number when a minute has
 * passed. Nobody needs a credential to cause these entries, so their rate is bounded: 129 a minute, whoever comes.
 * The answer does not wait for the entry: nothing was done that it could vouch for.
 */
export class FailedLogins {
  /** All there were since the start. */
  total = 0
  readonly #ports: Pick<KeeperPorts, 'log' | 'clock' | 'ids' | 'seal'>
  #kinds = new Map<string, Repeated>()
  #others = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<unknown> = Promise.resolve()

  constructor(ports: Pick<KeeperPorts, 'log' | 'clock' | 'ids' | 'seal'>) {
    this.#ports = ports
  }

  tell(login: FailedLogin): void {
    // A sealed keeper can look nobody up: that says nothing of who came.
    if (this.#ports.seal.status().sealed) return
    this.total++
    this.#timer ??= setTimeout(() => void this.flush(), WINDOW_MS).unref()
    const kind = [
      peerGroup(login.peer),
      login.how,
      login.reason,
      login.owner?.id ?? '',
      login.token?.id ?? '',
    ].join(' ')
    const known = this.#kinds.get(kind)
    if (known !== undefined) {
      known.count++
    } else if (this.#kinds.size < KINDS_MAX) {
      this.#kinds.set(kind, { login, count: 0 })
      this.#write(login, login.peer, { how: login.how, reason: login.reason })
    } else {
      this.#others++
    }
  }

  /** Ends the window: writes what was only counted, and resolves when it is on disk. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const [kinds, others] = [this.#kinds, this.#others]
    this.#kinds = new Map()
    this.#others = 0
    for (const { login, count } of kinds.values()) {
      if (count === 0) continue
      const { how, reason, peer } = login
      this.#write(login, peerGroup(peer), { how, reason, count })
    }
    if (others > 0) this.#write({}, '', { reason: 'various', count: others })
    await this.#writing
  }

  #write(
    { owner, token }: Partial<FailedLogin>,
    peer: string,
    details: Readonly<Record<string, string | number>>,
  ): void {
    const tenant = owner?.tenant ?? DEFAULT_TENANT
    const entry = encodeEntry({
      id: this.#ports.ids.uuid() as EventId,
      at: this.#ports.clock.now(),
      tenant,
      action: 'session.authenticate',
      session: nobody(tenant),
      request: { protocol: 'login', peer },
      target: targetOf(owner),
      outcome: 'denied',
      error: 'unauthenticated',
      policies: [],
      details: withToken(details, token),
    })
    // A log that refuses says so by itself, and refuses everything else; there is nothing to tell it in.
    const written = this.#ports.log.append(entry).catch(() => undefined)
    this.#writing = Promise.all([this.#writing, written])
  }
}

function targetOf(owner: FailedLogin['owner']): EventTarget {
  return owner === undefined
    ? { kind: 'session', id: '', name: '' }
    : { kind: 'principal', id: owner.id, name: owner.name }
}

function withToken(
  details: Readonly<Record<string, string | number>>,
  token: FailedLogin['token'],
): EventDetails {
  return token === undefined ? details : { ...details, token: token.id }
}

function nobody(tenant: TenantId): Session {
  return {
    tenant,
    principal: 'anonymous' as PrincipalId,
    name: 'anonymous',
    roles: [],
    authentication: 'anonymous',
    scope: {},
    expiresAt: Number.POSITIVE_INFINITY,
  }
}
