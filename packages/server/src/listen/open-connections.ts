import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/**
 * Every connection of a server by how far it has come, so that draining can end each in its own way. The
 * server's own `closeIdleConnections` sees neither a peer in its handshake nor one that never asked.
 */
export class OpenConnections {
  /** TCP connections whose handshake is not done, by the peer's address and port. */
  readonly #shaking = new Map<string, Socket>()
  readonly #secured = new Set<TLSSocket>()
  readonly #responses = new Map<ServerResponse, Socket>()
  #draining = false

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket)
      this.#shaking.set(peer, socket)
      socket.once('close', () => {
        if (this.#shaking.get(peer) === socket) this.#shaking.delete(peer)
      })
      if (this.#draining) socket.destroy()
    })
    server.on('secureConnection', (socket: TLSSocket) => {
      this.#shaking.delete(peerOf(socket))
      this.#secured.add(socket)
      socket.once('close', () => this.#secured.delete(socket))
      if (this.#draining) socket.destroySoon()
    })
  }

  /** Connections open now. */
  get count(): number {
    return this.#shaking.size + this.#secured.size
  }

  /** A request has come; call before it is handled. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    if (this.#draining) response.shouldKeepAlive = false
    this.#responses.set(response, socket)
    response.once('close', () => {
      this.#responses.delete(response)
      // A response whose headers had gone out before draining promised to keep the connection.
      if (this.#draining && !this.#isBusy(socket)) socket.destroySoon()
    })
  }

  /** Ends what carries no request, and every other connection with the response under way. */
  drain(): void {
    this.#draining = true
    for (const response of this.#responses.keys()) {
      if (!response.headersSent) response.shouldKeepAlive = false
    }
    for (const socket of this.#shaking.values()) socket.destroy()
    for (const socket of this.#secured) if (!this.#isBusy(socket)) socket.destroySoon()
  }

  destroy(): void {
    for (const socket of this.#shaking.values()) socket.destroy()
    for (const socket of this.#secured) socket.destroy()
  }

  #isBusy(socket: Socket): boolean {
    return this.#responses.values().some((other) => other === socket)
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? ''}`
}
