import { EMERGENCY_PREFIX } from '../../principal/emergency.ts'
import { LIST_MAX } from '../key/list-keys.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { credentialOf, type DescribedEmergency, describeEmergency } from './read-emergency.ts'

export interface ListEmergenciesOutput {
  readonly emergencies: readonly DescribedEmergency[]
  readonly damaged: readonly string[]
}

/** Every emergency credential, with its newest opening. */
export const listEmergencies: ManagementOperation<
  'tenant',
  Record<never, never>,
  ListEmergenciesOutput
> = {
  action: 'break-glass.list',
  target: () => ({ kind: 'tenant', ref: 'break-glass' }),
  run: async ({ ports, tenant, now }) => {
    const query = { tenant, namePrefix: EMERGENCY_PREFIX, limit: LIST_MAX }
    const { records, damaged } = await ports.store.list('attachment', query)
    const emergencies = records.map((stored) => describeEmergency(credentialOf(stored), now))
    return { output: { emergencies, damaged } }
  },
}
