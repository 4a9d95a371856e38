import { once } from 'node:events'
import { Readable } from 'node:stream'
import * as core from '@claviger/core'
import type { RestOptions } from '../ports.ts'
import type { CreateBackupRequest } from '../schema/backup.ts'
import type { Handlers } from './handler.ts'
import { secret } from './input.ts'

export function backupHandlers({
  keeper,
}: RestOptions): Handlers<'createBackup' | 'exportTombstones'> {
  return {
    createBackup: async ({ session, context, body }) => {
      const input = { sealing: sealingOf(body) }
      const { output, entry } = await core.createBackup(keeper, session, input, context)
      const stream = Readable.from(output.pieces, { objectMode: false })
      // What cannot even begin (a full disk, say) is still answered with a problem.
      await once(stream, 'readable')
      return { body: stream, entry }
    },
    exportTombstones: async ({ session, context }) => {
      const { output, entry } = await keeper.execute(session, core.exportTombstones, {}, context)
      return { body: output.text, entry }
    },
  }
}

function sealingOf({ recipients, passphrase }: CreateBackupRequest): core.BackupSealing {
  if (recipients !== undefined && passphrase === undefined) return { recipients }
  if (passphrase !== undefined && recipients === undefined) {
    return { passphrase: secret(passphrase) }
  }
  throw new core.KeeperError('invalid-input', 'give either recipients or a passphrase')
}
