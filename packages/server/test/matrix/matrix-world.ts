import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import * as core from '@claviger/core'
import { compose, type Composition } from '../../src/compose.ts'
import { developmentConfig, openDevelopmentKeeper } from '../../src/development.ts'
import { ensureTls } from '../../src/listen/tls-files.ts'
import { mountAws } from '../../src/mount-aws.ts'
import { mountContext } from '../../src/mount-context.ts'
import { mountRest } from '../../src/mount-rest.ts'
import type { ProtocolModule } from '../../src/protocols/protocol.ts'
import { ROLE_SETS, SCOPE, type Subject } from './matrix-rules.ts'

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** A caller with all that it shows itself by. */
export interface Caller extends Subject {
  readonly token?: string
  readonly certificate?: string
  readonly access?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** The whole keeper as it is composed, asked from inside the process. */
export class MatrixWorld {
  readonly clock: { at: number }
  readonly composition: Composition
  readonly rest: ProtocolModule
  readonly aws: ProtocolModule
  readonly #folder: string
  #calls = 0

  private constructor(
    composition: Composition,
    rest: ProtocolModule,
    aws: ProtocolModule,
    folder: string,
    clock: { at: number },
  ) {
    this.composition = composition
    this.rest = rest
    this.aws = aws
    this.#folder = folder
    this.clock = clock
  }

  static async open(complaints: string[]): Promise<MatrixWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'claviger-matrix-'))
    const complain = (message: string, fields: object = {}): void =>
      void complaints.push(`${message} ${JSON.stringify(fields)}`)
    const logger = { info: () => undefined, warn: () => undefined, error: complain }
    const clock = { at: Date.now() }
    const config = developmentConfig(folder, 0)
    const composition = await compose(config, logger, { now: () => clock.at })
    await openDevelopmentKeeper(composition, folder)
    const context = mountContext(composition, logger)
    const rehearsing = { ...composition, keeper: rehearsed(composition.keeper) }
    const rest = mountRest(rehearsing, config, context)
    const aws = mountAws(rehearsing, config, context)
    return new MatrixWorld(composition, rest, aws, folder, clock)
  }

  /** Done for good, by the keeper itself: to make what the cells are about. */
  async make<Kind extends core.TargetKind, Input, Output>(
    operation: core.ManagementOperation<Kind, Input, Output>,
    input: Input,
  ): Promise<Output> {
    const session = core.internalSession(core.DEFAULT_TENANT, 'test')
    const { keeper } = this.composition
    return (await keeper.execute(session, operation, input, core.INTERNAL_REQUEST)).output
  }

  /** Everybody there is: each set of roles by each strength; who shows nothing has no roles. */
  async callers(): Promise<readonly Caller[]> {
    const callers: Caller[] = [{ roles: [], strength: 'anonymous' }]
    for (const [index, roles] of ROLE_SETS.entries()) {
      const shown = await certificateOf(this.#folder, index)
      const certificate = shown.fingerprint256.replaceAll(':', '').toLowerCase()
      const principal = `caller-${index}`
      const certificates = [shown.raw]
      const given = { name: principal, kind: 'workload', roles, certificates } as const
      await this.make(core.createPrincipal, given)
      callers.push({ roles, strength: 'certificate', certificate })
      for (const strength of ['expired', 'scoped', 'full'] as const) {
        const wish = {
          principal,
          lifetimeSeconds: strength === 'expired' ? 60 : 36_000,
          ...(strength === 'scoped' && { scope: { actions: SCOPE } }),
        }
        const bearer = await this.make(core.createToken, wish)
        const shared = await this.make(core.createToken, { ...wish, sharedSecret: 'lasting' })
        const access = {
          accessKeyId: shared.token.identifier ?? '',
          secretAccessKey: shared.secret,
        }
        callers.push({ roles, strength, token: bearer.secret, access })
      }
    }
    this.clock.at += 120_000
    return callers
  }

  /** By a protocol's own module, as from a socket of its listener. */
  ask(
    protocol: 'rest' | 'aws',
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    certificate?: string,
  ): Promise<Answer> {
    return new Promise((resolve) => {
      const request = new IncomingMessage(this.#socket(certificate))
      Object.assign(request, { method, url, headers, complete: true })
      const response = new Captured(request, resolve)
      this[protocol].handle(request, response)
      if (body !== '') request.push(body)
      request.push(null)
    })
  }

  /** Each call comes from elsewhere: who fails too often would be shut out. */
  #socket(certificate: string | undefined): Socket {
    const call = this.#calls++
    const remoteAddress = `10.${(call >> 16) & 255}.${(call >> 8) & 255}.${call & 255}`
    const shown = certificate && {
      fingerprint256: certificate,
      validToDate: new Date(this.clock.at + 86_400_000),
    }
    return Object.create(TLSSocket.prototype, {
      remoteAddress: { value: remoteAddress },
      getPeerX509Certificate: { value: () => shown },
      readableHighWaterMark: { value: 65_536 },
    }) as Socket
  }

  async close(): Promise<void> {
    await this.rest.close()
    await this.composition.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function certificateOf(folder: string, index: number): Promise<X509Certificate> {
  const { certificate } = await ensureTls(join(folder, `tls-${index}`), ['localhost'], Date.now())
  return new X509Certificate(certificate)
}

class Captured extends ServerResponse {
  readonly #told: (answer: Answer) => void

  constructor(request: IncomingMessage, told: (answer: Answer) => void) {
    super(request)
    this.#told = told
  }

  override writeHead(status: number): this {
    this.statusCode = status
    return this
  }

  override end(text?: unknown): this {
    const body = typeof text === 'string' || Buffer.isBuffer(text) ? text.toString() : ''
    const parsed = body.startsWith('{') ? (JSON.parse(body) as Answer['body']) : {}
    this.#told({ status: this.statusCode, body: parsed })
    return this
  }
}

/** Actions that change nothing: they are done, as is what happens to the seal, which cannot be rehearsed. */
const DONE =
  /^(?:seal|tenant)\.(?:seal|unseal|rekey|rotate-root|protect)$|\.(?:get|list|history|public-key|read|check|explain|report|receipt|checkpoint)$|^random$/

/**
 * The same keeper, asked by everybody for a dry run of what would change something: the keeper's own, which
 * decides and computes all, and stops before it writes.
 */
function rehearsed(keeper: core.Keeper): core.Keeper {
  return new Proxy(keeper, {
    get(target, name) {
      if (name === 'execute') {
        const execute: core.Keeper['execute'] = (session, operation, input, request, options) =>
          target.execute(session, operation, input, request, {
            ...options,
            ...(!DONE.test(operation.action) && { dryRun: true }),
          })
        return execute
      }
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
