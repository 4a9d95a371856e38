import { KeeperError } from '../../error.ts'
import { parseName } from '../../id.ts'
import type { PolicyDocument } from '../../storage/record.ts'
import type { ManagementScope } from '../management-operation.ts'
import { policiesInForce } from './policies-in-force.ts'

/** A policy as it might be: new, changed, or out of force when it has no text. */
export interface PolicyProposal {
  readonly name: string
  readonly text?: string
}

export interface Proposed {
  readonly inForce: readonly PolicyDocument[]
  readonly proposed: readonly PolicyDocument[]
  /** The texts that differ: nothing is decided otherwise but by what they can bear on. */
  readonly texts: readonly string[]
}

/** What the tenant's policies would be. Refuses what could not be put. */
export async function applyProposal(
  { ports, tenant, now }: ManagementScope<'tenant'>,
  proposal: PolicyProposal,
): Promise<Proposed> {
  const { text } = proposal
  const name = parseName(proposal.name, 'policy')
  const inForce = await policiesInForce(ports.store, tenant)
  const earlier = inForce.find((document) => document.name === name)
  if (text === undefined) {
    if (earlier === undefined) throw new KeeperError('not-found', `there is no policy \`${name}\``)
  } else ports.policies.check(text)
  const others = inForce.filter((document) => document !== earlier)
  const proposed = text === undefined ? [] : [{ tenant, name, text, updatedAt: now }]
  const texts = [
    ...(earlier === undefined ? [] : [earlier.text]),
    ...(text === undefined ? [] : [text]),
  ]
  return { inForce, proposed: [...others, ...proposed], texts }
}
