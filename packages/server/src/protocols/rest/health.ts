import type { ServerResponse } from 'node:http'
import type { RestOptions } from './ports.ts'

/** What `/health` and `/health/ready` answer; `schema/operation.ts` describes it. */
export interface Health {
  /** The process answers. */
  readonly live: true
  /** It would serve a data operation. */
  readonly ready: boolean
  readonly initialized: boolean
  readonly sealed: boolean
  readonly logFailing: boolean
  /** An emergency credential is open. */
  readonly emergency: boolean
}

export function healthOf({ sealStatus, logStatus, emergencies }: RestOptions): Health {
  const { initialized, sealed } = sealStatus()
  const logFailing = logStatus().failure !== undefined
  return {
    live: true,
    ready: initialized && !sealed && !logFailing,
    initialized,
    sealed,
    logFailing,
    emergency: emergencies().length > 0,
  }
}

/** Open to anybody: it says nothing that a failed request would not say too. */
export function answerHealth(path: string, options: RestOptions, response: ServerResponse): void {
  const health = healthOf(options)
  const body = JSON.stringify(health)
  response.writeHead(path === '/health/live' || health.ready ? 200 : 503, [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(body.length),
    'Cache-Control',
    'no-store',
  ])
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
