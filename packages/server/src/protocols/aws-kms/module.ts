import type { ProtocolModule } from '../protocol.ts'
import type { AwsServerPorts } from './ports.ts'
import { AwsKmsServer } from './server.ts'

/** AWS KMS: awsJson1_1 over HTTPS, for AWS's own SDKs and tools. */
export function awsKmsModule(ports: AwsServerPorts): ProtocolModule {
  const server = new AwsKmsServer(ports)
  return {
    name: 'aws-kms',
    authenticator: ports.authenticate,
    handle: (request, response) => server.handle(request, response),
    close: async () => {},
  }
}
