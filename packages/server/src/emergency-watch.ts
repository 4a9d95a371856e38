import {
  type Attachment,
  type ChangeObserver,
  type Clock,
  DEFAULT_TENANT,
  EMERGENCY_PREFIX,
  type EmergencyCredential,
  type Instant,
  isOpenAt,
  type Store,
  type Token,
} from '@claviger/core'
import type { Logger } from './logging/logger.ts'

export interface OpenEmergency {
  readonly name: string
  readonly until: Instant
}

const PAGE = 1_000

/** Knows which emergency credentials are open, and says so where an operator looks. */
export class EmergencyWatch {
  readonly #store: Store
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #known = new Map<string, EmergencyCredential>()

  constructor(store: Store, clock: Clock, logger: Logger) {
    this.#store = store
    this.#clock = clock
    this.#logger = logger
  }

  /** Those of the run before: a restart must not make an emergency quiet. */
  async load(): Promise<void> {
    const query = { tenant: DEFAULT_TENANT, namePrefix: EMERGENCY_PREFIX, limit: PAGE }
    const { records } = await this.#store.list('attachment', query)
    for (const { value } of records) this.#note(value)
  }

  get open(): readonly OpenEmergency[] {
    const now = this.#clock.now()
    return [...this.#known.values()].flatMap((credential) => {
      const { name, opened } = credential
      return opened !== undefined && isOpenAt(credential, now)
        ? [{ name, until: opened.until }]
        : []
    })
  }

  readonly observe: ChangeObserver = (kind, tenant, id, value) => {
    if (tenant !== DEFAULT_TENANT) return
    if (kind === 'attachment' && id.startsWith(EMERGENCY_PREFIX)) {
      if (value !== undefined) this.#note(value as Attachment)
    } else if (kind === 'token' && this.#known.size > 0) this.#dropToken(id, value as Token)
  }

  #note({ body }: Attachment): void {
    const credential = body as unknown as EmergencyCredential
    const { name, opened } = credential
    const before = this.#known.get(name)?.opened
    this.#known.set(name, credential)
    if (opened === undefined) return
    if (opened.closedAt !== undefined) {
      if (before?.token === opened.token && before.closedAt === undefined) {
        this.#logger.warn('an emergency credential was closed', { name, token: opened.token })
      }
    } else if (before?.token !== opened.token && isOpenAt(credential, this.#clock.now())) {
      this.#logger.warn('an emergency credential is open', {
        name,
        token: opened.token,
        roles: credential.roles.join(' '),
        until: new Date(opened.until).toISOString(),
      })
    }
  }

  /** A token that is revoked as any other ends the emergency, too. */
  #dropToken(id: string, token: Token | undefined): void {
    if (token !== undefined && token.revokedAt === undefined) return
    for (const [name, credential] of this.#known) {
      const { opened } = credential
      if (opened?.token !== id || opened.closedAt !== undefined) continue
      const closedAt = token?.revokedAt ?? this.#clock.now()
      this.#known.set(name, { ...credential, opened: { ...opened, closedAt } })
      this.#logger.warn('the token of an emergency credential was revoked', { name, token: id })
    }
  }
}
