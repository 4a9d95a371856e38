import type { SecretBytes } from '@claviger/bytes'
import { KeeperError } from '../../error.ts'
import type { TokenId } from '../../id.ts'
import { emergencyPrincipalName } from '../../principal/emergency.ts'
import type { Token } from '../../principal/principal.ts'
import type { Put } from '../../storage/store.ts'
import type { ManagementOperation, ManagementScope } from '../management-operation.ts'
import {
  type DescribedEmergency,
  describeEmergency,
  emergencyPuts,
  readEmergency,
} from './read-emergency.ts'

export interface OpenEmergencyInput {
  readonly name: string
  readonly shares: readonly SecretBytes[]
  /** Kept with the opening, for everybody who asks later. */
  readonly reason: string
}

export interface OpenEmergencyOutput {
  readonly emergency: DescribedEmergency
  /** Shown this once. */
  readonly secret: string
}

const REASON_LENGTH_MAX = 512

/** Enough shares are a token for a while. It ends the one of the opening before. */
export const openEmergency: ManagementOperation<
  'principal',
  OpenEmergencyInput,
  OpenEmergencyOutput
> = {
  action: 'break-glass.open',
  target: ({ name }) => ({ kind: 'principal', ref: emergencyPrincipalName(name) }),
  run: async (scope, input) => {
    const { ports, tenant, now, subject } = scope
    const reason = input.reason.trim().slice(0, REASON_LENGTH_MAX).toWellFormed()
    if (reason === '') throw new KeeperError('invalid-input', 'say why it is opened')
    const { credential, revision } = await readEmergency(ports.store, tenant, input.name)
    const given = await ports.emergency.assertOpens(credential.lock, input.shares)
    if (subject.value.disabled) {
      throw new KeeperError('wrong-state', `\`${subject.value.name}\` is shut out`)
    }
    const until = now + credential.seconds * 1_000
    const { secret, hash } = ports.credentials.token()
    const token: Token = {
      id: ports.ids.uuid() as TokenId,
      tenant,
      principal: credential.principal,
      description: 'opened in an emergency',
      hash,
      scope: {},
      createdAt: now,
      expiresAt: until,
    }
    const opened = { token: token.id, at: now, until, reason }
    return {
      output: { emergency: describeEmergency({ ...credential, opened }, now), secret },
      puts: [
        { kind: 'token', tenant, id: token.id, value: token, expected: 0 },
        ...(await endToken(scope, credential.opened?.token)),
        ...emergencyPuts(tenant, { ...credential, opened }, revision, now),
      ],
      details: {
        token: token.id,
        roles: credential.roles,
        seconds: credential.seconds,
        shares: given.map(String),
      },
    }
  },
}

export interface CloseEmergencyInput {
  readonly name: string
}

/** Ends the token of an opening at once; harmless when it has ended. */
export const closeEmergency: ManagementOperation<
  'principal',
  CloseEmergencyInput,
  DescribedEmergency
> = {
  action: 'break-glass.close',
  target: ({ name }) => ({ kind: 'principal', ref: emergencyPrincipalName(name) }),
  run: async (scope, { name }) => {
    const { ports, tenant, now } = scope
    const { credential, revision } = await readEmergency(ports.store, tenant, name)
    const { opened } = credential
    if (opened === undefined || opened.closedAt !== undefined) {
      return { output: describeEmergency(credential, now) }
    }
    const closed = { ...credential, opened: { ...opened, closedAt: now } }
    return {
      output: describeEmergency(closed, now),
      puts: [
        ...(await endToken(scope, opened.token)),
        ...emergencyPuts(tenant, closed, revision, now),
      ],
      details: { token: opened.token },
    }
  },
}

async function endToken(
  { ports, tenant, now }: ManagementScope<'principal'>,
  id: TokenId | undefined,
): Promise<readonly Put[]> {
  const stored = id === undefined ? undefined : await ports.store.get('token', tenant, id)
  if (stored === undefined || stored.value.revokedAt !== undefined) return []
  const value = { ...stored.value, revokedAt: now }
  return [{ kind: 'token', tenant, id: stored.id, value, expected: stored.revision }]
}
