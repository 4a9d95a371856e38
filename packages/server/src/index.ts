export { ENTRY_FORMATS, type EntryFormatName, octetCounted } from './audit/index.ts'
export { compose, type Composition } from './compose.ts'
export { type Config, defaultConfig } from './config/config.ts'
export { ConfigError, parseConfig } from './config/parse-config.ts'
export { logVerifier } from './log-keys.ts'
export { createLogger, type Logger } from './logging/logger.ts'
export {
  BackupError,
  type KnownLog,
  type Opening,
  type ReadBackup,
  restoreBackup,
  type RestoreOptions,
  verifyBackup,
} from './restore.ts'
export { runServer, type RunServerOptions } from './main.ts'
