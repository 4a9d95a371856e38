import { EventEmitter } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Clock,
  createToken,
  DEFAULT_TENANT,
  INTERNAL_REQUEST,
  internalSession,
  type SharedSecretForm,
} from '@claviger/core'
import type { HttpRequest } from '@claviger/sigv4'
import { compose, type Composition } from '../../../src/compose.ts'
import { developmentConfig, openDevelopmentKeeper } from '../../../src/development.ts'
import { dispatch, dispatchAws } from '../../../src/dispatch.ts'
import { HttpsListener } from '../../../src/listen/https-listener.ts'
import { mountAws } from '../../../src/mount-aws.ts'
import { mountContext } from '../../../src/mount-context.ts'
import { mountRest } from '../../../src/mount-rest.ts'
import type { ProtocolModule } from '../../../src/protocols/protocol.ts'
import type { SampleCredentials } from '../../../../sigv4/test/signed-sample.ts'
import { NAMES, sharedTls } from '../../listen/fixture.ts'

export const REGION = 'us-east-1'

/** What was answered. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Readonly<Record<string, unknown>>
}

/** A composed keeper behind TLS, with a clock that a test may set, and one caller that needs no socket. */
export class WireWorld {
  readonly keeper: Composition
  readonly aws: ProtocolModule
  readonly folder: string
  readonly clock: { at: number }
  /** What the operator was told. */
  readonly complaints: string[]
  readonly main: HttpsListener
  readonly own: HttpsListener

  private constructor(parts: Omit<WireWorld, 'ask' | 'send' | 'issue' | 'close' | 'credentials'>) {
    this.keeper = parts.keeper
    this.aws = parts.aws
    this.folder = parts.folder
    this.clock = parts.clock
    this.complaints = parts.complaints
    this.main = parts.main
    this.own = parts.own
  }

  static async open(regions?: readonly string[]): Promise<WireWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'claviger-wire-'))
    const complaints: string[] = []
    const complain = (message: string, fields: object = {}): void =>
      void complaints.push(`${message} ${JSON.stringify(fields)}`)
    const logger = { info: () => undefined, warn: complain, error: complain }
    const clock = { at: Date.now() }
    const ticking: Clock = { now: () => clock.at }
    const base = developmentConfig(folder, 0)
    const config = { ...base, aws: { ...base.aws, ...(regions !== undefined && { regions }) } }
    const keeper = await compose(config, logger, ticking)
    await openDevelopmentKeeper(keeper, folder)
    const context = mountContext(keeper, logger)
    const rest = mountRest(keeper, config, context)
    const aws = mountAws(keeper, config, context)
    const tls = await sharedTls()
    const address = NAMES[1] as string
    const start = { address, port: 0, tls, connectionsMax: 100 }
    const main = await HttpsListener.start({ ...start, handle: dispatch({ rest, aws }) })
    const own = await HttpsListener.start({ ...start, handle: dispatchAws({ aws }) })
    return new WireWorld({ keeper, aws, folder, clock, complaints, main, own })
  }

  /** The access key of the first start. */
  get credentials(): SampleCredentials {
    const text = readFileSync(join(this.folder, 'aws-credentials'), 'utf8')
    const [, accessKeyId = '', secretAccessKey = ''] =
      /access_key_id = (\S+)\n.*secret_access_key = (\S+)\n/.exec(text) ?? []
    return { accessKeyId, secretAccessKey }
  }

  async issue(
    form: SharedSecretForm,
    principal = 'developer',
    lifetimeSeconds = 3_600,
  ): Promise<SampleCredentials & { readonly token: string }> {
    const { output } = await this.keeper.keeper.execute(
      internalSession(DEFAULT_TENANT, 'test'),
      createToken,
      { principal, lifetimeSeconds, sharedSecret: form },
      INTERNAL_REQUEST,
    )
    return {
      token: output.token.id,
      accessKeyId: output.token.identifier ?? '',
      secretAccessKey: output.secret,
      ...(output.ticket !== undefined && { sessionToken: output.ticket }),
    }
  }

  /** By the module itself, as from inside the process: no socket, no limit on failures. */
  ask({ method, target, headers, body }: HttpRequest): Promise<Answer> {
    return new Promise((resolve) => {
      const request = Object.assign(new EventEmitter(), {
        method,
        url: target,
        headers,
        socket: {},
        complete: true,
        resume: () => undefined,
      })
      const response = {
        headersSent: false,
        status: 0,
        written: {} as Record<string, string>,
        writeHead(status: number, pairs: readonly string[]) {
          this.status = status
          for (let index = 0; index < pairs.length; index += 2)
            this.written[String(pairs[index]).toLowerCase()] = String(pairs[index + 1])
        },
        end(text: string) {
          const answered = JSON.parse(text) as Answer['body']
          resolve({ status: this.status, headers: this.written, body: answered })
        },
      }
      this.aws.handle(request as unknown as IncomingMessage, response as unknown as ServerResponse)
      if (body.length > 0) request.emit('data', Buffer.from(body))
      request.emit('end')
    })
  }

  /** Over TLS, by the main listener unless another is named. */
  async send(
    { method, target, headers, body }: HttpRequest,
    listener: HttpsListener = this.main,
  ): Promise<Answer> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = httpsRequest(
        {
          host: NAMES[1],
          port: listener.port,
          method,
          path: target,
          headers: headers as Record<string, string>,
          rejectUnauthorized: false,
          agent: false,
        },
        resolve,
      )
      sent.on('error', reject)
      sent.end(body)
    })
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: JSON.parse(text) as Answer['body'],
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.main.drain(), this.own.drain()])
    await this.keeper.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
