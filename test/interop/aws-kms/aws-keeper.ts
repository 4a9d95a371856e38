import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { promisify } from 'node:util'
import * as model from '@aws-sdk/client-kms'
import { CLAVIGER, ServerProcess } from '../../fault/support/server-process.ts'
import type { Seen } from './proves.ts'

const run = promisify(execFile)

export const REGION = 'us-east-1'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** A started keeper and the ways of AWS's clients into it. */
export class AwsKeeper {
  readonly server: ServerProcess
  readonly ca: string
  readonly #agent: Agent
  readonly #issued = new Map<string, Promise<AwsCredentials>>()

  private constructor(server: ServerProcess) {
    this.server = server
    this.ca = server.path('ca.pem')
    this.#agent = new Agent({ ca: readFileSync(this.ca), keepAlive: true, maxSockets: 8 })
  }

  /** With `settings`, lines of the configuration, it is started again under them. */
  static async start(settings?: string): Promise<AwsKeeper> {
    const folder = mkdtempSync(join(tmpdir(), 'claviger-aws-'))
    let server = await ServerProcess.start(folder)
    if (settings !== undefined) {
      await server.stop()
      const lines = ['folder = "."', 'listen.port = 0', 'seal.kind = "file"', settings]
      writeFileSync(join(folder, 'keeper.toml'), lines.join('\n'))
      const args = ['--config', join(folder, 'keeper.toml')]
      server = await ServerProcess.start(folder, { args })
    }
    const keeper = new AwsKeeper(server)
    if (settings !== undefined) await keeper.claviger('administrator', 'operator', 'unseal')
    after(async () => {
      keeper.#agent.destroy()
      if (server.isRunning) await server.stop()
      rmSync(folder, { recursive: true, force: true })
    })
    return keeper
  }

  get endpoint(): string {
    return `https://localhost:${this.server.port}`
  }

  /** The command line, by one of the identities of the first start. */
  async claviger(identity: string, ...args: readonly string[]): Promise<string> {
    const env = {
      ...process.env,
      CLAVIGER_ADDRESS: this.endpoint,
      CLAVIGER_CA: this.ca,
      CLAVIGER_TOKEN: this.server.token(identity),
    }
    const { stdout } = await run(process.execPath, [CLAVIGER, ...args], { env })
    return stdout
  }

  /** An access key: the developer's is in a file since the first start, others are made once. */
  credentials(principal = 'developer'): Promise<AwsCredentials> {
    const made = this.#issued.get(principal) ?? this.#issue(principal)
    this.#issued.set(principal, made)
    return made
  }

  async #issue(principal: string): Promise<AwsCredentials> {
    const text =
      principal === 'developer'
        ? readFileSync(this.server.path('aws-credentials'), 'utf8')
        : await this.claviger('administrator', 'aws', 'credentials', 'create', principal)
    const accessKeyId = /^aws_access_key_id *= *(\S+)$/m.exec(text)?.[1]
    const secretAccessKey = /^aws_secret_access_key *= *(\S+)$/m.exec(text)?.[1]
    assert.ok(accessKeyId !== undefined && secretAccessKey !== undefined, text)
    return { accessKeyId, secretAccessKey }
  }

  /** What Amazon's Python and command line read, and nothing else of theirs. */
  async environment(region = REGION): Promise<NodeJS.ProcessEnv> {
    const { accessKeyId, secretAccessKey } = await this.credentials()
    return {
      PATH: '/usr/bin:/bin',
      HOME: this.server.folder,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_CA_BUNDLE: this.ca,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
      AWS_PAGER: '',
      CLAVIGER_ENDPOINT: this.endpoint,
    }
  }

  /** The SDK's client, which tells `seen` what was answered. It tries once: a retry would hide a fault. */
  sdk(seen: Seen, options: SdkOptions = {}): model.KMS {
    const { region = REGION, principal = 'developer' } = options
    const kms = new model.KMS({
      region,
      endpoint: this.endpoint,
      credentials: options.credentials ?? (() => this.credentials(principal)),
      requestHandler: { httpsAgent: this.#agent },
      maxAttempts: 1,
    })
    kms.middlewareStack.add(
      (next, context) => async (args) => {
        try {
          const answer = await next(args)
          seen.add(String(context.commandName).replace(/Command$/, ''))
          return answer
        } catch (error) {
          if (error instanceof Error) seen.add(error.name)
          throw error
        }
      },
      { step: 'initialize', name: 'see' },
    )
    return kms
  }
}

export interface SdkOptions {
  readonly region?: string
  readonly principal?: string
  readonly credentials?: AwsCredentials & { readonly sessionToken?: string }
}

const classes = new Map<string, unknown>(Object.entries(model))

/** The call is refused by this name: as the SDK's own class where its model has one. */
export async function refused(
  call: Promise<unknown>,
  name: string,
  says = /./,
): Promise<model.KMSServiceException> {
  const outcome = await call.then(
    () => assert.fail(`${name} was expected, and the call was answered`),
    (error: unknown) => error,
  )
  assert.ok(outcome instanceof Error)
  assert.equal(outcome.name, name, outcome.message)
  assert.ok(outcome instanceof model.KMSServiceException)
  const modelled = classes.get(name)
  if (typeof modelled === 'function') assert.ok(outcome instanceof modelled)
  assert.match(outcome.message, says)
  assert.ok(outcome.$metadata.requestId, `${name} comes with a request id`)
  const { httpStatusCode: status = 0 } = outcome.$metadata
  assert.equal(status >= 500, outcome.$fault === 'server', `${name}: ${status}`)
  return outcome
}

/** A key, by its id. */
export async function newKey(kms: model.KMS, input: model.CreateKeyRequest = {}): Promise<string> {
  const { KeyMetadata } = await kms.createKey(input)
  assert.ok(KeyMetadata?.KeyId)
  return KeyMetadata.KeyId
}

export const bytes = (text: string): Uint8Array => Buffer.from(text)

export function text(data: Uint8Array | undefined): string {
  assert.ok(data)
  return Buffer.from(data).toString('utf8')
}
