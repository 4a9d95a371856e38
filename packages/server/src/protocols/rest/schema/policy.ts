import { ASKED_AUTHENTICATIONS, EXPECTATIONS_MAX, ROLES } from '@claviger/core'
import { Type } from 'typebox'
import { After, Closed, Damaged, Entry, Instant, Limit, Reference, Revision } from './value.ts'

export const Policy = Closed(
  {
    tenant: Type.String(),
    name: Type.String(),
    text: Type.String({ description: 'Cedar' }),
    updatedAt: Instant('Last change'),
    revision: Revision,
  },
  { $id: 'Policy' },
)
export const PolicyAnswer = Closed({ policy: Policy, entry: Entry }, { $id: 'PolicyAnswer' })
export const PolicyListAnswer = Closed(
  { policies: Type.Array(Policy), damaged: Damaged, entry: Entry },
  { $id: 'PolicyListAnswer' },
)
export const PutPolicyRequest = Closed(
  { text: Type.String({ minLength: 1, maxLength: 65_536, description: 'Cedar' }) },
  { $id: 'PutPolicyRequest' },
)
export const DeletedPolicyAnswer = Closed(
  { name: Type.String(), entry: Entry },
  { $id: 'DeletedPolicyAnswer' },
)

export const PolicyHistoryAnswer = Closed(
  {
    name: Type.String(),
    versions: Type.Array(
      Closed({
        version: Type.Integer({ minimum: 1 }),
        at: Instant('When it was put'),
        by: Closed({ id: Type.String(), name: Type.String() }),
        text: Type.Optional(Type.String({ description: 'Absent: it was taken out of force' })),
      }),
      { description: 'Oldest first, 32 at most' },
    ),
    entry: Entry,
  },
  { $id: 'PolicyHistoryAnswer' },
)

const Text = Type.String({ minLength: 1, maxLength: 65_536, description: 'Cedar' })
const Strings = (description: string) => Type.Array(Type.String(), { description })

export const PolicyFault = Closed(
  {
    severity: Type.Enum(['error', 'warning'], {
      description: 'An error keeps it from being put; a warning is of a rule that can never apply',
    }),
    message: Type.String(),
    line: Type.Optional(Type.Integer({ minimum: 1 })),
    column: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { $id: 'PolicyFault' },
)
export const CheckPolicyRequest = Closed({ text: Text }, { $id: 'CheckPolicyRequest' })
export const CheckPolicyAnswer = Closed(
  {
    accepted: Type.Boolean({ description: 'Whether it could be put' }),
    faults: Type.Array(PolicyFault),
    entry: Entry,
  },
  { $id: 'CheckPolicyAnswer' },
)

const AskedAction = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'Such as `key.destroy`',
})
const askedCall = {
  at: Type.Optional(Instant('When it would be made; now if absent')),
  authentication: Type.Optional(
    Type.Enum([...ASKED_AUTHENTICATIONS], { description: 'How they come in; `token` if absent' }),
  ),
  protocol: Type.Optional(
    Type.String({ maxLength: 32, description: 'What the call comes by; `rest` if absent' }),
  ),
  peer: Type.Optional(
    Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })], {
      description: 'The address it comes from',
    }),
  ),
}

export const ExplainPolicyRequest = Closed(
  {
    action: AskedAction,
    target: Type.Optional(Reference('Id or name of what it would be done to')),
    principal: Type.Optional(Reference('Id or name; absent: everybody who may')),
    ...askedCall,
    after: Type.Optional(After),
    limit: Type.Optional(Limit),
  },
  { $id: 'ExplainPolicyRequest' },
)
export const Explanation = Closed(
  {
    principal: Type.String({ description: 'Id' }),
    name: Type.String(),
    kind: Type.Enum(['person', 'workload']),
    roles: Type.Array(Type.Enum([...ROLES])),
    groups: Strings('Names of the groups it is in'),
    disabled: Type.Boolean({ description: 'It comes in no more, whatever the policies say' }),
    allowed: Type.Boolean(),
    policies: Strings('The policies that decided; none when nothing permits it'),
    missingRoles: Type.Array(Type.Enum([...ROLES]), {
      description: 'Any one of these would make it allowed',
    }),
    tokens: Type.Array(
      Closed({ id: Type.String(), description: Type.String(), allowed: Type.Boolean() }),
      {
        description:
          'Its tokens that have not ended, 64 at most, and whether their scope allows it',
      },
    ),
  },
  { $id: 'Explanation' },
)
export const ExplainPolicyAnswer = Closed(
  {
    action: Type.String(),
    target: Type.String({ description: 'Name' }),
    explanations: Type.Array(Explanation),
    examined: Type.Integer({ description: 'How many principals were looked at' }),
    next: Type.Optional(After),
    damaged: Damaged,
    entry: Entry,
  },
  { $id: 'ExplainPolicyAnswer' },
)

const proposal = {
  name: Reference('Of the policy'),
  text: Type.Optional(Text),
}
export const DiffPolicyRequest = Closed({ ...proposal, ...askedCall }, { $id: 'DiffPolicyRequest' })
export const ChangedDecision = Closed(
  {
    principal: Type.String({ description: 'Id' }),
    name: Type.String(),
    action: Type.String(),
    target: Type.String({ description: "The key's name; `*` for any thing of another kind" }),
    allowed: Type.Boolean({ description: 'Whether it would be' }),
    before: Strings('The policies that decide as things are'),
    after: Strings('The policies that would decide'),
  },
  { $id: 'ChangedDecision' },
)
export const DiffPolicyAnswer = Closed(
  {
    changes: Type.Array(ChangedDecision),
    changed: Type.Integer({ description: 'How many decisions change, of those looked at' }),
    examined: Type.Integer({ description: 'How many decisions were looked at' }),
    truncated: Type.Boolean({ description: 'Whether there was more to look at or to tell' }),
    entry: Entry,
  },
  { $id: 'DiffPolicyAnswer' },
)

const Decided = Type.Enum(['allowed', 'denied'])
export const TryPoliciesRequest = Closed(
  {
    expectations: Type.Array(
      Closed({
        principal: Reference('Id or name'),
        action: AskedAction,
        target: Type.Optional(Reference('Id or name of what it would be done to')),
        expect: Decided,
        ...askedCall,
      }),
      { maxItems: EXPECTATIONS_MAX },
    ),
    proposal: Type.Optional(
      Closed(proposal, { description: 'A policy as it would be; without a text: out of force' }),
    ),
  },
  { $id: 'TryPoliciesRequest' },
)
export const TryPoliciesAnswer = Closed(
  {
    results: Type.Array(
      Closed({
        met: Type.Boolean(),
        decision: Decided,
        policies: Strings('The policies that decided; none when nothing permits it'),
      }),
      { description: 'In the order of the expectations' },
    ),
    failed: Type.Integer({ description: 'How many expectations were not met' }),
    entry: Entry,
  },
  { $id: 'TryPoliciesAnswer' },
)
