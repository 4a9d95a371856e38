import { constantTimeEqual } from '@claviger/bytes'
import { hash, hmac, randomBytes } from '@claviger/crypto'
import { attestationCrypto } from './attestation-crypto.ts'
import { SignatureAuthenticator } from './authenticate/index.ts'
import type { Composition } from './compose.ts'
import type { Config } from './config/config.ts'
import type { MountContext } from './mount-context.ts'
import { readNitroRoots } from './nitro-roots.ts'
import type { AwsCrypto } from './protocols/aws-kms/crypto-port.ts'
import { awsKmsModule } from './protocols/aws-kms/module.ts'
import type {
  ProtocolModule,
  SignatureAuthenticator as Authenticate,
} from './protocols/protocol.ts'
import { uuidV7 } from './uuid.ts'

/** Gives the protocol of AWS KMS what it needs of the composition. */
export function mountAws(
  composition: Composition,
  { aws }: Config,
  { metrics, report }: MountContext,
): ProtocolModule {
  const { keeper, ports } = composition
  const now = (): number => ports.clock.now()
  return awsKmsModule({
    operations: {
      keeper,
      crypto: awsCrypto,
      now,
      homeRegion: aws.region,
      keyStores: composition.keyStores,
      ...(aws.nitroRoot !== undefined && { nitroRoots: readNitroRoots(aws.nitroRoot) }),
    },
    authenticate: signatureAuthenticator(composition, 'kms'),
    account: aws.account,
    ...(aws.regions !== undefined && { regions: aws.regions }),
    peerOf: (socket) => socket.remoteAddress ?? '',
    meter: metrics,
    elapsedMs: () => performance.now(),
    report,
    requestId: () => uuidV7(now()),
  })
}

/** Checks the signatures of one service by the access keys that the keeper has given out. */
export function signatureAuthenticator(
  { authenticator, ports, onSeal }: Composition,
  service: string,
): Authenticate {
  const signatures = new SignatureAuthenticator({
    authenticator,
    clock: ports.clock,
    service,
    isSealed: () => ports.seal.status().sealed,
  })
  onSeal(() => signatures.clear())
  return (request, peer) => signatures.authenticate(request, peer)
}

const awsCrypto: AwsCrypto = {
  sha256: (data) => hash('sha256', data),
  hmacSha256: (key, data) => hmac('sha256', key, data),
  equal: constantTimeEqual,
  randomBytes,
  attestation: attestationCrypto,
}
