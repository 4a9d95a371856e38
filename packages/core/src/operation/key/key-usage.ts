import type { Key } from '../../key/key.ts'
import type { LastUse } from '../../storage/record.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'

export interface KeyUsageInput {
  readonly key: KeyRef
}

export interface KeyUsage {
  readonly key: Key
  /** Absent for a key that has not been used. A crash forgets the uses of the minute before it. */
  readonly lastUse?: LastUse
}

/** When a key last did its work and for what: what nobody uses can be suspended, and then destroyed. */
export const keyUsage: ManagementOperation<'key', KeyUsageInput, KeyUsage> = {
  action: 'key.get',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async ({ subject: { key }, lastUse }) => {
    const last = await lastUse(key.id)
    return { output: { key, ...(last !== undefined && { lastUse: last }) } }
  },
}
