import { join } from 'node:path'
import { hashLatin1 } from '@claviger/crypto'
import { AuditLogReader, FileAuditLog, FileTileSource } from './audit/index.ts'
import type { Config } from './config/config.ts'
import { LogKeys, sha256 } from './log-keys.ts'
import { describeError, type Logger } from './logging/logger.ts'

/** The audit log, what reads it, and the keys that sign its checkpoints. */
export interface OpenedLog {
  readonly log: FileAuditLog
  readonly reader: AuditLogReader
  readonly keys: LogKeys
}

export async function openLog(data: string, config: Config, logger: Logger): Promise<OpenedLog> {
  const folder = join(data, 'log')
  const keys = new LogKeys(join(data, 'log-keys.json'), config.audit.origin)
  const log = await FileAuditLog.open({
    folder,
    origin: config.audit.origin,
    signers: keys.signers,
    // Its own last checkpoint is held against the Ed25519 signature alone: the cosignature says the same to
    // others, and costs a tenth of a second that a restart would wait for.
    verifiers: keys.verifiers.slice(0, 1),
    hash: (bytes) => hashLatin1('sha256', bytes),
    checkpointIntervalMs: config.audit.checkpointSeconds * 1_000,
    onFailure: (failure) => {
      if (failure === undefined) logger.info('the audit log accepts again')
      else logger.error(describeError(failure))
    },
  })
  if (log.tornBytes > 0) {
    logger.warn('an entry that was never acknowledged was cut off the log', {
      bytes: log.tornBytes,
    })
  }
  return { log, reader: new AuditLogReader(log, new FileTileSource(folder), sha256), keys }
}
