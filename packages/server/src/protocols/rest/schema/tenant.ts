import { Type } from 'typebox'
import { After, Closed, Damaged, Entry, Instant, Limit, Reference, Revision } from './value.ts'

const TenantState = Type.Enum(['active', 'suspended', 'shredding', 'shredded'])

export const Tenant = Closed(
  {
    id: Type.String(),
    name: Type.String(),
    state: TenantState,
    ownSeal: Type.Optional(
      Type.Enum(['open', 'sealed'], { description: 'Of the seal that it has of its own' }),
    ),
    createdAt: Instant('Creation'),
    shreddedAt: Type.Optional(Instant('When its keys were destroyed')),
    revision: Revision,
  },
  { $id: 'Tenant' },
)
export const TenantAnswer = Closed({ tenant: Tenant, entry: Entry }, { $id: 'TenantAnswer' })
export const NewTenantAnswer = Closed(
  {
    tenant: Tenant,
    principal: Type.String({ description: 'Id of its first administrator' }),
    secret: Type.String({
      description: "That administrator's token: shown this once, stored nowhere",
    }),
    entry: Entry,
  },
  { $id: 'NewTenantAnswer' },
)
export const TenantListAnswer = Closed(
  { tenants: Type.Array(Tenant), next: Type.Optional(After), damaged: Damaged, entry: Entry },
  { $id: 'TenantListAnswer' },
)
export const TenantListQuery = Closed({
  state: Type.Optional(TenantState),
  after: Type.Optional(After),
  limit: Type.Optional(Limit),
})
export const CreateTenantRequest = Closed(
  {
    name: Reference('a-z 0-9 . _ / -'),
    tokenDays: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3_650,
        description: "Life of its administrator's token; 30 if absent",
      }),
    ),
  },
  { $id: 'CreateTenantRequest' },
)
const Passphrase = (description: string) =>
  Type.String({ minLength: 1, maxLength: 1_024, description })

export const ProtectTenantRequest = Closed(
  {
    passphrase: Passphrase('The new one, of 15 bytes or more'),
    currentPassphrase: Type.Optional(Passphrase('The present one, where there is one')),
  },
  { $id: 'ProtectTenantRequest' },
)
export const UnsealTenantRequest = Closed(
  { passphrase: Passphrase('That of the tenant') },
  { $id: 'UnsealTenantRequest' },
)
export const OwnSealAnswer = Closed(
  {
    sealed: Type.Boolean(),
    generation: Type.Integer({ minimum: 1, description: 'Grows by one with each passphrase' }),
    entry: Entry,
  },
  { $id: 'OwnSealAnswer' },
)

const Bound = (minimum: number, description: string) =>
  Type.Optional(Type.Integer({ minimum, maximum: 1_000_000_000, description }))

export const TenantQuota = Closed(
  {
    keys: Bound(0, 'Keys that are not destroyed'),
    versions: Bound(0, 'Key versions that are not destroyed'),
    approvals: Bound(0, 'Requests that wait for approval'),
    requestsPerSecond: Bound(1, 'Requests of all its people and programs together'),
  },
  { $id: 'TenantQuota' },
)
const Figure = (description: string) => Type.Integer({ minimum: 0, description })

export const TenantUsageAnswer = Closed(
  {
    tenant: Type.String({ description: 'Id' }),
    name: Type.String(),
    usage: Closed(
      {
        keys: Figure('Keys that are not destroyed'),
        versions: Figure('Key versions that are not destroyed'),
        approvals: Figure('Requests that wait for approval'),
        requests: Figure('Requests since the keeper started'),
        refused: Figure('Of them refused because there were too many in a second'),
      },
      { $id: 'TenantUsage' },
    ),
    quota: TenantQuota,
    entry: Entry,
  },
  { $id: 'TenantUsageAnswer' },
)

export const ShredTenantRequest = Closed(
  { confirm: Reference('Its name once more: nothing brings it back') },
  { $id: 'ShredTenantRequest' },
)
