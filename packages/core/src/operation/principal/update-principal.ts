import { KeeperError } from '../../error.ts'
import type { Principal, Role, Session } from '../../principal/principal.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { assertNotEmergency } from './assert-not-emergency.ts'
import { parseCertificates, parseRoles } from './create-principal.ts'
import type { DescribedPrincipal } from './described-principal.ts'

export interface UpdatePrincipalInput {
  readonly principal: string
  readonly roles?: readonly string[]
  readonly disabled?: boolean
  /** Replaces all certificates. */
  readonly certificates?: readonly Uint8Array[]
}

/** Changes roles, certificates, or whether it may come in at all; in force before this returns. */
export const updatePrincipal: ManagementOperation<
  'principal',
  UpdatePrincipalInput,
  DescribedPrincipal
> = {
  action: 'principal.update',
  target: ({ principal }) => ({ kind: 'principal', ref: principal }),
  run: ({ subject, tenant, ports, session }, input) => {
    const { disabled, certificates } = input
    const roles = input.roles === undefined ? undefined : parseRoles(input.roles, tenant)
    if (input.roles !== undefined || certificates !== undefined) assertNotEmergency(subject.value)
    assertNotOwn(session, subject.value, roles ?? [])
    const principal: Principal = {
      ...subject.value,
      ...(roles !== undefined && { roles }),
      ...(disabled !== undefined && { disabled }),
      ...(certificates !== undefined && {
        certificates: parseCertificates(ports.credentials, certificates),
      }),
    }
    return {
      output: { principal, revision: subject.revision + 1 },
      puts: [
        { kind: 'principal', tenant, id: subject.id, value: principal, expected: subject.revision },
      ],
      details: { roles: principal.roles, disabled: principal.disabled },
    }
  },
}

/** Laying a role down is anybody's own affair; taking one up is not. */
function assertNotOwn(
  session: Session,
  { id, roles: held }: Principal,
  roles: readonly Role[],
): void {
  if (session.principal !== id) return
  const taken = roles.find((role) => !held.includes(role))
  if (taken === undefined) return
  throw new KeeperError('denied', `nobody gives a role to themself: \`${taken}\` takes another`)
}
