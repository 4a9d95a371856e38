import type { BackupFacts, BackupSealing } from '../../backup/backups.ts'
import type { RequestContext, Session } from '../../principal/principal.ts'
import type { Keeper } from '../execute.ts'
import type { ManagementAnswer, ManagementOperation } from '../management-operation.ts'
import type { KeeperPorts } from '../ports.ts'

export interface CreateBackupInput {
  readonly sealing: BackupSealing
}

interface BegunBackup {
  readonly id: string
  open(tell: (end: BackupEnd) => Promise<void>): AsyncGenerator<Uint8Array, void, undefined>
}

/** The entry at the beginning: who takes everything away, and who will be able to open it. */
const beginBackup: ManagementOperation<'tenant', CreateBackupInput, BegunBackup> = {
  action: 'backup.create',
  target: () => ({ kind: 'tenant', ref: 'keeper' }),
  run: async ({ ports }, { sealing }) => {
    await ports.backups.check(sealing)
    const id = ports.ids.uuid()
    const details =
      'recipients' in sealing
        ? { kind: 'recipients', recipients: sealing.recipients.map(shortened) }
        : { kind: 'passphrase' }
    return {
      output: { id, open: (tell) => piecesOf(ports, id, sealing, tell) },
      details: { backup: id, phase: 'begin', ...details },
    }
  },
}

/** A post-quantum recipient is two thousand characters long; its beginning tells it from others. */
const shortened = (recipient: string): string => recipient.slice(0, 80)

type BackupEnd =
  | ({ readonly id: string; readonly phase: 'end' } & BackupFacts)
  | { readonly id: string; readonly phase: 'broken-off' }

/** The entry at the end. Whoever may not take backups any more by then does not get the rest of this one. */
const endBackup: ManagementOperation<'tenant', BackupEnd, Record<never, never>> = {
  action: 'backup.create',
  target: () => ({ kind: 'tenant', ref: 'keeper' }),
  run: (_scope, { id, ...details }) => ({ output: {}, details: { backup: id, ...details } }),
}

export interface BackupStream {
  readonly id: string
  /** The age file. It ends normally only when it is whole and the log tells of that. */
  readonly pieces: AsyncGenerator<Uint8Array, void, undefined>
}

/**
 * Everything the keeper holds as one encrypted stream: no write that was acknowledged before the call is
 * missing. The caller reads its first piece, and then to its end unless he calls `return`; a passphrase is
 * wiped then.
 */
export async function createBackup(
  keeper: Keeper,
  session: Session,
  input: CreateBackupInput,
  request: RequestContext,
): Promise<ManagementAnswer<BackupStream>> {
  const tell = async (end: BackupEnd): Promise<void> => {
    await keeper.execute(session, endBackup, end, request)
  }
  try {
    const { output, entry } = await keeper.execute(session, beginBackup, input, request)
    return { output: { id: output.id, pieces: output.open(tell) }, entry }
  } catch (error) {
    wipe(input.sealing)
    throw error
  }
}

async function* piecesOf(
  { backups, clock, report }: Pick<KeeperPorts, 'backups' | 'clock' | 'report'>,
  id: string,
  sealing: BackupSealing,
  tell: (end: BackupEnd) => Promise<void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let isWhole = false
  try {
    yield* backups.create({
      id,
      takenAt: clock.now(),
      sealing,
      finish: (facts) => tell({ id, phase: 'end', ...facts }),
    })
    isWhole = true
  } finally {
    wipe(sealing)
    if (!isWhole) await tell({ id, phase: 'broken-off' }).catch(report)
  }
}

function wipe(sealing: BackupSealing): void {
  if ('passphrase' in sealing) sealing.passphrase.wipe()
}
