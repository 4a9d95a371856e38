import type { Instant } from '../../clock.ts'
import { DISCOURAGED, exclusionsIn } from '../../principal/duties.ts'
import type { Principal, Token } from '../../principal/principal.ts'
import type { Everybody } from './everybody.ts'
import type { DutyFinding } from './finding.ts'

/** What is wrong with principals and tokens by themselves. */
export function findPeople({ principals, tokens }: Everybody, now: Instant): DutyFinding[] {
  const byId = new Map(principals.map((principal) => [principal.id, principal]))
  return [
    ...principals.flatMap(findRoles),
    ...tokens.flatMap((token) => findToken(token, byId.get(token.principal), now)),
    ...findSharedKeys(principals),
  ]
}

function findRoles(principal: Principal): DutyFinding[] {
  const { id, name, roles, disabled } = principal
  const about = { kind: 'principal', id, name } as const
  const excluded = exclusionsIn(roles).map(({ keeps, refuses, why }): DutyFinding => {
    const message = `holds \`${keeps}\` and \`${refuses}\`: ${why}; of the two, \`${keeps}\` alone is in force`
    return disabled
      ? { rule: 'excluded-roles-shut-out', severity: 'warning', ...about, message }
      : { rule: 'excluded-roles', severity: 'violation', ...about, message }
  })
  if (disabled) return excluded
  const discouraged = DISCOURAGED.filter((pair) => pair.roles.every((role) => roles.includes(role)))
  return [
    ...excluded,
    ...discouraged.map(
      ({ roles: [one, other], why }): DutyFinding => ({
        rule: 'discouraged-roles',
        severity: 'warning',
        ...about,
        message: `holds \`${one}\` and \`${other}\`: ${why}`,
      }),
    ),
  ]
}

function findToken(token: Token, owner: Principal | undefined, now: Instant): DutyFinding[] {
  const isLive = token.revokedAt === undefined && token.expiresAt > now
  if (!isLive || owner === undefined || exclusionsIn(owner.roles).length === 0) return []
  const message = `opens \`${owner.name}\`, who holds roles that exclude each other`
  const about = { kind: 'token', id: token.id, name: owner.name } as const
  return [{ rule: 'token-of-excluded-roles', severity: 'violation', ...about, message }]
}

/** One person with one key is one approver, under however many names. */
function findSharedKeys(principals: readonly Principal[]): DutyFinding[] {
  const owners = new Map<string, Principal>()
  const found: DutyFinding[] = []
  for (const principal of principals) {
    for (const { id: key } of principal.approverKeys ?? []) {
      const first = owners.get(key)
      if (first === undefined) owners.set(key, principal)
      else {
        const { id, name } = principal
        const message = `approves by the same key as \`${first.name}\`: the two count as one`
        const about = { kind: 'principal', id, name } as const
        found.push({ rule: 'one-key-of-two', severity: 'violation', ...about, message })
      }
    }
  }
  return found
}
