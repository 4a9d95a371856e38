import type { SealStatus } from '@claviger/client'
import type { Context } from '../../context.ts'
import { facts } from '../../terminal/table.ts'

export function describeSeal({ paint }: Context, status: SealStatus): string {
  const { initialized, sealed, kind, shares, threshold, progress, pending } = status
  const state = !initialized
    ? { text: 'not initialized; run `claviger operator init`' }
    : sealed
      ? {
          text: 'sealed; run `claviger operator unseal`',
          paint: (text: string) => paint('warning', text),
        }
      : { text: 'unsealed', paint: (text: string) => paint('good', text) }
  return facts([
    ['state', state],
    ['seal', kind],
    ['shares', threshold === undefined ? undefined : `${threshold} of ${shares ?? '?'} open it`],
    ['given', sealed && progress !== undefined ? progressText(status) : undefined],
    ['generation', status.generation],
    [
      'root',
      `generation ${status.rootGeneration}${status.rotating ? ', its rotation goes on' : ''}`,
    ],
    [
      'pending',
      pending &&
        `a new seal (${pending.kind}, generation ${pending.generation}) waits to be confirmed`,
    ],
  ])
}

export function progressText({ progress = [], threshold }: SealStatus): string {
  const which = progress.length === 0 ? '' : ` (${progress.join(', ')})`
  return `${progress.length} of ${threshold ?? '?'}${which}`
}
