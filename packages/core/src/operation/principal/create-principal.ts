import { KeeperError } from '../../error.ts'
import { DEFAULT_TENANT, parseName, type PrincipalId, type TenantId } from '../../id.ts'
import type { CredentialSource } from '../../principal/credential-source.ts'
import { assertSeparate } from '../../principal/duties.ts'
import { type Principal, type Role, ROLES } from '../../principal/principal.ts'
import { madeBefore } from '../idempotency.ts'
import type { ManagementOperation } from '../management-operation.ts'
import type { DescribedPrincipal } from './described-principal.ts'

const CERTIFICATES_MAX = 16

export interface CreatePrincipalInput {
  readonly name: string
  readonly kind: Principal['kind']
  readonly roles: readonly string[]
  /** TLS client certificates (PEM or DER) that authenticate it. */
  readonly certificates?: readonly Uint8Array[]
}

/** Makes somebody or something that can be given tokens. */
export const createPrincipal: ManagementOperation<
  'principal',
  CreatePrincipalInput,
  DescribedPrincipal
> = {
  action: 'principal.create',
  target: (input) => ({ kind: 'principal', ref: input.name, attributes: {} }),
  run: (scope, input) => {
    const id = scope.ports.ids.uuid() as PrincipalId
    const principal: Principal = {
      id,
      tenant: scope.tenant,
      name: parseName(input.name, 'principal'),
      kind: input.kind,
      roles: parseRoles(input.roles, scope.tenant),
      disabled: false,
      certificates: parseCertificates(scope.ports.credentials, input.certificates ?? []),
      createdAt: scope.now,
    }
    return {
      output: { principal, revision: 1 },
      puts: [{ kind: 'principal', tenant: scope.tenant, id, value: principal, expected: 0 }],
      details: { principal: id, roles: principal.roles },
    }
  },
  replay: async ({ ports, tenant }, id) => {
    const { value: principal, revision } = madeBefore(
      await ports.store.get('principal', tenant, id),
    )
    return { principal, revision }
  },
  resultId: ({ principal }) => principal.id,
}

/** Known, such as one may hold at once, and such as there are in the tenant. */
export function parseRoles(roles: readonly string[], tenant: TenantId): readonly Role[] {
  for (const role of roles) {
    if ((ROLES as readonly string[]).includes(role)) continue
    throw new KeeperError('invalid-input', `unknown role \`${role.slice(0, 40)}\``, {
      details: { known: ROLES },
    })
  }
  const known = [...new Set(roles as readonly Role[])]
  assertSeparate(known)
  if (tenant !== DEFAULT_TENANT && known.includes('operator')) {
    throw new KeeperError('invalid-input', 'the keeper is operated from its first tenant alone')
  }
  return known
}

export function parseCertificates(
  credentials: CredentialSource,
  certificates: readonly Uint8Array[],
): readonly string[] {
  if (certificates.length > CERTIFICATES_MAX) {
    throw new KeeperError('too-large', `a principal has at most ${CERTIFICATES_MAX} certificates`)
  }
  return certificates.map((certificate) => credentials.fingerprint(certificate))
}
