import type { ManagementOperation } from '../management-operation.ts'

/** A signed checkpoint over every durable entry: keep it, and later ones can be held against it. */
export const logCheckpoint: ManagementOperation<
  'log',
  Record<never, never>,
  { readonly checkpoint: string }
> = {
  action: 'audit.checkpoint',
  target: () => ({ kind: 'log', ref: 'checkpoint' }),
  run: async ({ ports }) => ({ output: { checkpoint: await ports.reader.checkpoint() } }),
}
