import { KeeperError } from '../../error.ts'
import type { Put, Unchanged } from '../../storage/store.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { GUARD_NAMES, type GuardName, guardOf } from './guards.ts'
import { type DescribedQuorum, draftQuorum } from './write-quorum.ts'

export interface InstallGuardsInput {
  /** Name or id. */
  readonly group: string
  readonly approvals: number
  /** All of them if absent. */
  readonly guards?: readonly string[]
  readonly distinctTeams?: boolean
  readonly reason?: boolean
}

export interface InstallGuardsOutput {
  readonly quorums: readonly DescribedQuorum[]
}

/** Makes the quorums that a tenant had better have, all or none; named `default/…`, and like any others then. */
export const installGuards: ManagementOperation<'quorum', InstallGuardsInput, InstallGuardsOutput> =
  {
    action: 'quorum.create',
    target: () => ({ kind: 'quorum', ref: 'default', attributes: {} }),
    run: async (scope, { guards, ...rule }) => {
      const names = [...new Set((guards ?? GUARD_NAMES).map(parseGuard))]
      if (names.length === 0) throw new KeeperError('invalid-input', 'name a guard, or none')
      const quorums: DescribedQuorum[] = []
      const puts: Put[] = []
      let unchanged: readonly Unchanged[] = []
      for (const [index, name] of names.entries()) {
        const { actions, labels } = guardOf(name)
        const input = { ...rule, name: `default/${name}`, actions, ...(labels && { labels }) }
        const draft = await draftQuorum(scope, input, index)
        quorums.push(draft.output)
        puts.push(...(draft.puts ?? []))
        unchanged = draft.unchanged ?? []
      }
      const made = quorums.map(({ quorum }) => quorum.id)
      return {
        output: { quorums },
        puts,
        unchanged,
        details: { quorums: made, approvals: rule.approvals },
      }
    },
  }

function parseGuard(name: string): GuardName {
  if ((GUARD_NAMES as readonly string[]).includes(name)) return name as GuardName
  throw new KeeperError('invalid-input', `there is no guard \`${name.slice(0, 40)}\``, {
    details: { known: GUARD_NAMES },
  })
}
