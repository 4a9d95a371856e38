import { KeeperError } from '@claviger/core'

/** Names one state of the whole store. Kept outside it, it tells when an older copy was put back. */
export interface StoreAnchor {
  readonly sequence: number
  /** MAC of the state, hex. */
  readonly digest: string
}

/** Refuses a store that is older than the newest state that anything outside it remembers. */
export function assertNotOlder(found: StoreAnchor, known: StoreAnchor): void {
  const isSame = found.sequence === known.sequence && found.digest === known.digest
  if (isSame || found.sequence > known.sequence) return
  throw new KeeperError(
    'integrity',
    found.sequence < known.sequence
      ? `the database is older than an acknowledged change (${found.sequence} of ${known.sequence}); restore the newest backup`
      : `the database is not the one that was acknowledged at change ${known.sequence}; restore the newest backup`,
    { details: { kind: 'state', id: String(found.sequence), known: known.sequence } },
  )
}
