import { type LogVerification, type VerifyLogOptions, verifyLog } from '@claviger/tlog'
import { FileTileSource } from './file-tile-source.ts'

/**
 * Verifies the log in a folder, or a copy of it, as an outsider would: from its checkpoint and tiles
 * alone. Entries after the last checkpoint are in the journal only and not part of it.
 */
export function verifyLogFolder(
  folder: string,
  options: Omit<VerifyLogOptions, 'source'>,
): Promise<LogVerification> {
  return verifyLog({ ...options, source: new FileTileSource(folder) })
}
