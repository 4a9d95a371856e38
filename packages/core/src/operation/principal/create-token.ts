import { encodeUtf8 } from '@claviger/bytes'
import { DAY_MS } from '../../clock.ts'
import { KeeperError } from '../../error.ts'
import type { TokenId } from '../../id.ts'
import { isAction } from '../../policy/action.ts'
import { SHARED_SECRET_FORMS, type SharedSecretForm } from '../../principal/credential-source.ts'
import { assertSeparate } from '../../principal/duties.ts'
import type { Token, TokenScope } from '../../principal/principal.ts'
import { sharedSecretBinding } from '../execute-shared-secret.ts'
import type { ManagementOperation, ManagementScope } from '../management-operation.ts'
import { homeOf } from '../tenant/credential-home.ts'
import { assertNotEmergency } from './assert-not-emergency.ts'
import { type DescribedToken, describeToken } from './described-principal.ts'

export const TOKEN_DAYS_MAX = 3_650
const SCOPE_ENTRIES_MAX = 256
const DESCRIPTION_LENGTH_MAX = 256

export interface CreateTokenInput {
  readonly principal: string
  readonly description?: string
  readonly lifetimeSeconds: number
  readonly scope?: TokenScope
  /** A secret to sign requests by, rather than a bearer secret. */
  readonly sharedSecret?: SharedSecretForm
}

export interface CreateTokenOutput {
  readonly token: DescribedToken
  /** Shown this once. A bearer secret is stored nowhere, a shared one only wrapped. */
  readonly secret: string
  /** Has to come with each request that is signed by a temporary secret. */
  readonly ticket?: string
}

/** Makes a credential for a principal; it can do what the principal can, narrowed by its scope. */
export const createToken: ManagementOperation<'principal', CreateTokenInput, CreateTokenOutput> = {
  action: 'token.create',
  target: ({ principal }) => ({ kind: 'principal', ref: principal }),
  run: (scope, input) => {
    const { subject, tenant, now, ports, session } = scope
    assertNotEmergency(subject.value)
    assertSeparate(subject.value.roles)
    const lifetimeMs = input.lifetimeSeconds * 1_000
    if (
      !Number.isSafeInteger(lifetimeMs) ||
      lifetimeMs < 1_000 ||
      lifetimeMs > TOKEN_DAYS_MAX * DAY_MS
    ) {
      throw new KeeperError('invalid-input', `a token lives 1 second to ${TOKEN_DAYS_MAX} days`)
    }
    if ((input.description ?? '').length > DESCRIPTION_LENGTH_MAX) {
      throw new KeeperError(
        'too-large',
        `a description has at most ${DESCRIPTION_LENGTH_MAX} characters`,
      )
    }
    const id = ports.ids.uuid() as TokenId
    const { secret, ticket, stored } = freshSecret(scope, id, input.sharedSecret)
    const token: Token = {
      id,
      tenant,
      principal: subject.value.id,
      description: (input.description ?? '').toWellFormed(),
      ...stored,
      scope: within(session.scope, parseScope(input.scope ?? {})),
      createdAt: now,
      expiresAt: now + lifetimeMs,
    }
    return {
      output: {
        token: describeToken(token, subject.value.name),
        secret,
        ...(ticket !== undefined && { ticket }),
      },
      puts: [
        { kind: 'token', tenant, id, value: token, expected: 0 },
        ...homeOf(token, stored.sharedSecret?.identifier ?? stored.hash ?? ''),
      ],
      details: { token: id, expiresAt: token.expiresAt },
    }
  },
  // Its secret went out with the first answer and cannot be had again: a second token would be one too many.
  replay: (_scope, id) => {
    throw new KeeperError(
      'conflict',
      `the token was made, and its secret shown, before: if that answer was lost, revoke ${id} and make another`,
      { details: { token: id } },
    )
  },
  resultId: ({ token }) => token.id,
}

interface FreshSecret {
  readonly secret: string
  readonly ticket?: string
  readonly stored: Pick<Token, 'hash' | 'sharedSecret'>
}

function freshSecret(
  { tenant, ports }: ManagementScope<'principal'>,
  id: TokenId,
  form: SharedSecretForm | undefined,
): FreshSecret {
  if (form === undefined) {
    const { secret, hash } = ports.credentials.token()
    return { secret, stored: { hash } }
  }
  if (!SHARED_SECRET_FORMS.includes(form)) {
    throw new KeeperError('invalid-input', `a shared secret is ${SHARED_SECRET_FORMS.join(', ')}`)
  }
  const { identifier, secret, ticket } = ports.credentials.sharedSecret(form)
  const bytes = encodeUtf8(secret)
  const content = ports.custody.wrapContent(sharedSecretBinding(tenant, id), bytes)
  bytes.fill(0)
  const sharedSecret = {
    identifier,
    content,
    ...(ticket !== undefined && { ticketHash: ticket.hash }),
  }
  return { secret, ...(ticket !== undefined && { ticket: ticket.text }), stored: { sharedSecret } }
}

export function parseScope(scope: TokenScope): TokenScope {
  const { actions, keys } = scope
  const unknown = actions?.find((action) => !isAction(action) && !/^[a-z]+\.\*$/.test(action))
  if (unknown !== undefined)
    throw new KeeperError('invalid-input', `unknown action \`${unknown.slice(0, 40)}\``)
  if ((actions?.length ?? 0) > SCOPE_ENTRIES_MAX || (keys?.length ?? 0) > SCOPE_ENTRIES_MAX) {
    throw new KeeperError(
      'too-large',
      `a scope lists at most ${SCOPE_ENTRIES_MAX} actions and keys`,
    )
  }
  const bad = keys?.find((key) => !/^[a-z0-9._/-]{0,128}\*?$/.test(key) || key === '')
  if (bad !== undefined)
    throw new KeeperError('invalid-input', `\`${bad.slice(0, 40)}\` is no key name or prefix*`)
  return {
    ...(actions !== undefined && { actions: [...actions] }),
    ...(keys !== undefined && { keys: [...keys] }),
  }
}

/**
 * A token that makes tokens passes on no more than it has: what it leaves open is closed as far as its own
 * scope is, and what it names must be part of that.
 */
function within(own: TokenScope, asked: TokenScope): TokenScope {
  const narrow = (
    mine: readonly string[] | undefined,
    wanted: readonly string[] | undefined,
    covers: (pattern: string, name: string) => boolean,
  ): readonly string[] | undefined => {
    if (mine === undefined || wanted === undefined) return wanted ?? mine
    const wider = wanted.find((name) => !mine.some((pattern) => covers(pattern, name)))
    if (wider === undefined) return wanted
    throw new KeeperError(
      'denied',
      `this token may not pass on \`${wider}\`: it is not in its own scope`,
    )
  }
  const covers = (pattern: string, name: string): boolean =>
    pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)))
  const actions = narrow(own.actions, asked.actions, covers)
  const keys = narrow(own.keys, asked.keys, covers)
  return { ...(actions !== undefined && { actions }), ...(keys !== undefined && { keys }) }
}
