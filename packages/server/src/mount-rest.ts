import type { Composition } from './compose.ts'
import type { Config } from './config/config.ts'
import type { Logger } from './logging/logger.ts'
import type { ProtocolModule } from './protocols/protocol.ts'

export function mountRest(_keeper: Composition, _config: Config, _logger: Logger): ProtocolModule {
  throw new Error('being written')
}
