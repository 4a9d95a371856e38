import type { GuardableAction } from '../../approval/quorum-rule.ts'

interface Guard {
  readonly actions: readonly GuardableAction[]
  /** Only what bears these labels. */
  readonly labels?: Readonly<Record<string, string>>
  readonly about: string
}

/** What had better not be done by one person alone; `quorum defaults` makes a quorum of each. */
export const GUARDS = {
  destruction: {
    about: 'what nobody brings back',
    actions: ['key.destroy', 'key.delete-material', 'object.destroy', 'tenant.shred'],
  },
  export: {
    about: 'material that leaves the keeper',
    actions: ['key.export'],
  },
  critical: {
    about: 'what is said of things that bear the label critical=yes, and what they may do',
    actions: ['key.update', 'key.attach', 'key.resume', 'object.update', 'object.resume'],
    labels: { critical: 'yes' },
  },
  emergency: {
    about: 'the way in for when there is no other',
    actions: ['break-glass.create'],
  },
  rights: {
    about: 'who may do what, and who can come in as whom',
    actions: [
      'principal.create',
      'principal.update',
      'token.create',
      'policy.put',
      'policy.delete',
    ],
  },
} as const satisfies Readonly<Record<string, Guard>>

export type GuardName = keyof typeof GUARDS
export const GUARD_NAMES = Object.keys(GUARDS) as readonly GuardName[]

export function guardOf(name: GuardName): Guard {
  return GUARDS[name]
}
