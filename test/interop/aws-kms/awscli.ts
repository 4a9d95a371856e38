import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AwsKeeper } from './aws-keeper.ts'
import type { Seen } from './proves.ts'

const AWS = '/usr/bin/aws'

export function needsAwscli(): string | undefined {
  const { status } = spawnSync(AWS, ['--version'])
  return status === 0 ? undefined : 'needs /usr/bin/aws: apt-get install awscli'
}

/** The members of any answer that the tests look at. */
export type Answer = Readonly<Record<string, unknown>> & {
  readonly KeyMetadata?: Readonly<Record<string, unknown>>
}

/** Amazon's own command line, in a started keeper. */
export class AwsCli {
  readonly #keeper: AwsKeeper
  readonly #seen: Seen
  readonly #overlay: NodeJS.ProcessEnv
  #files = 0

  /** @param overlay over the environment that makes it the developer's */
  constructor(keeper: AwsKeeper, seen: Seen, overlay: NodeJS.ProcessEnv = {}) {
    this.#keeper = keeper
    this.#seen = seen
    this.#overlay = overlay
  }

  /** `encrypt`, and its arguments; the answer's members. */
  async kms(command: string, ...args: readonly string[]): Promise<Answer> {
    const { code, stdout, stderr } = await this.#run(command, args)
    assert.equal(code, 0, `aws kms ${command}: ${stderr}`)
    this.#seen.add(actionOf(command))
    return stdout.trim() === '' ? {} : JSON.parse(stdout)
  }

  /** It is refused, with awscli's status of a service's error and the name in its words. */
  async refused(name: string, command: string, ...args: readonly string[]): Promise<string> {
    const { code, stderr } = await this.#run(command, args)
    assert.equal(code, 254, `aws kms ${command}: ${stderr}`)
    const operation = `An error occurred \\(${name}\\) when calling the ${actionOf(command)} operation`
    // With one attempt allowed, the CLI says so of every error.
    const [, said] =
      new RegExp(`${operation}(?: \\(reached max retries: 0\\))?: (.*)`, 's').exec(stderr) ?? []
    assert.ok(said !== undefined, stderr)
    this.#seen.add(name)
    return said.trim()
  }

  /** A file of these bytes, as an argument. */
  file(data: Uint8Array | string): string {
    const path = join(this.#keeper.server.folder, `argument-${this.#files++}`)
    writeFileSync(path, data)
    return `fileb://${path}`
  }

  async #run(command: string, args: readonly string[]): Promise<Outcome> {
    const region = args.includes('--region') ? [] : ['--region', 'us-east-1']
    const endpoint = ['--endpoint-url', this.#keeper.endpoint]
    const whole = ['kms', command, ...args, ...region, ...endpoint, '--output', 'json']
    const env = { ...(await this.#keeper.environment()), ...this.#overlay }
    return new Promise((resolve) => {
      const child = execFile(AWS, whole, { env }, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      )
    })
  }
}

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `re-encrypt` is `ReEncrypt`. */
const actionOf = (command: string): string =>
  command.replace(/(?:^|-)([a-z])/g, (_match, letter: string) => letter.toUpperCase())

export function string(value: unknown): string {
  assert.ok(typeof value === 'string', String(value))
  return value
}

export const blob = (value: unknown): Buffer => Buffer.from(string(value), 'base64')
