import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { hashHex } from '@claviger/crypto'
import type { Authenticator } from './authenticate/index.ts'
import type { Composition } from './compose.ts'
import type { Config } from './config/config.ts'
import type { MountContext } from './mount-context.ts'
import type { PeerFacts } from './protocols/rest/ports.ts'
import { restModule } from './protocols/rest/module.ts'
import type { Credentials, ProtocolModule } from './protocols/protocol.ts'
import { VERSION } from './version.ts'

/** Gives the REST protocol what it needs of the composition. */
export function mountRest(
  composition: Composition,
  config: Config,
  { metrics, report }: MountContext,
): ProtocolModule {
  const { keeper, ports, authenticator, log } = composition
  return restModule({
    keeper,
    authenticate: (credentials) => authenticate(authenticator, credentials),
    attempts: {
      assertOpen: (peer) => authenticator.assertOpen(peer),
      count: (peer) => authenticator.countFailure(peer),
      forgive: (peer) => authenticator.forgiveFailure(peer),
    },
    peerOf,
    sealStatus: () => ports.seal.status(),
    emergencies: () => composition.emergencies.open,
    logStatus: () => ({ size: log.size, failure: log.failure }),
    meter: metrics,
    exposition: () => metrics.exposition(),
    metricsOpen: config.listen.metricsOpen,
    version: VERSION,
    now: () => ports.clock.now(),
    elapsedMs: () => performance.now(),
    report,
    hash: (text) => hashHex('sha256', text),
    limits: { bodyBytesMax: config.listen.bodyBytesMax },
  })
}

function authenticate(authenticator: Authenticator, { token, certificate, peer }: Credentials) {
  if (token === undefined && certificate !== undefined) {
    return authenticator.byCertificate(certificate.fingerprint, certificate.validTo, peer)
  }
  return authenticator.bySecret(token ?? '', peer)
}

/** TLS has made the peer prove that it holds the certificate's key; who it is, its fingerprint says. */
function peerOf(socket: Socket): PeerFacts {
  const address = socket.remoteAddress ?? ''
  if (!(socket instanceof TLSSocket)) return { address }
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return { address }
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase()
  return { address, certificate: { fingerprint, validTo: certificate.validToDate.getTime() } }
}
