import { hash } from '@claviger/crypto'
import type { Composition } from './compose.ts'
import type { Config } from './config/config.ts'
import { signatureAuthenticator } from './mount-aws.ts'
import type { MountContext } from './mount-context.ts'
import { xksModule } from './protocols/aws-kms/xks/module.ts'
import type { ProtocolModule } from './protocols/protocol.ts'
import { VERSION } from './version.ts'

/** Gives the proxy for external key stores what it needs of the composition. */
export function mountXks(
  composition: Composition,
  { aws }: Config,
  { metrics, report }: MountContext,
): ProtocolModule {
  const { keeper, ports, log } = composition
  return xksModule({
    keeper,
    crypto: { sha256: (data) => hash('sha256', data) },
    prefix: aws.xksPrefix ?? '',
    version: VERSION,
    now: () => ports.clock.now(),
    isReady: () => !ports.seal.status().sealed && log.failure === undefined,
    report,
    authenticate: signatureAuthenticator(composition, 'kms-xks-proxy'),
    peerOf: (socket) => socket.remoteAddress ?? '',
    meter: metrics,
    elapsedMs: () => performance.now(),
  })
}
