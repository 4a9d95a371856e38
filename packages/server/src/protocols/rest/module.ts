import type { ProtocolModule } from '../protocol.ts'
import type { RestOptions } from './ports.ts'
import { RestServer } from './rest-server.ts'

/** The keeper's own protocol: JSON over HTTP/1.1 below `/v1`. */
export function restModule(options: RestOptions): ProtocolModule {
  const server = new RestServer(options)
  return {
    name: 'rest',
    authenticator: options.authenticate,
    handle: (request, response) => server.handle(request, response),
    warm: () => server.warm(),
    close: () => server.close(),
  }
}
