import { strict as assert } from 'node:assert'
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Instant, Role } from '@claviger/core'
import type { AwsCall, AwsCaller, AwsOperationPorts } from '../../../src/protocols/aws-kms/call.ts'
import type { AwsCrypto } from '../../../src/protocols/aws-kms/crypto-port.ts'
import { type AwsException, exceptionOf } from '../../../src/protocols/aws-kms/exception.ts'
import { OPERATIONS } from '../../../src/protocols/aws-kms/operations.ts'
import { perform } from '../../../src/protocols/aws-kms/perform.ts'
import { makeWorld, sessionOf, type World } from '../../keeper/world.ts'

export const ACCOUNT = '111122223333'
export const HOME = 'eu-central-1'

/** What an action answers, read by member. */
export type Output = Readonly<Record<string, unknown>>

export interface CallOptions {
  /** The name of a user of the account, or a whole caller; the administrator when absent. */
  readonly as?: string | AwsCaller
  readonly region?: string
}

export interface AwsWorld extends World {
  readonly aws: AwsOperationPorts
  readonly admin: AwsCaller
  /** The same caller for the same name, so that caches by session are put to the test. */
  readonly caller: (name: string, roles?: readonly Role[]) => AwsCaller
  /** Runs an action as the wire would, once the signature is verified. */
  readonly call: (action: string, input?: Output, options?: CallOptions) => Promise<Output>
  /** The call must fail with this exception, as the wire would tell it; its message, when it matters. */
  readonly refused: (
    exception: string,
    action: string,
    input?: Output,
    options?: CallOptions & { readonly message?: string | RegExp },
  ) => Promise<AwsException>
}

/** The cryptography of the wire, by the platform itself. */
export const TEST_CRYPTO: Pick<AwsCrypto, 'sha256' | 'hmacSha256' | 'equal' | 'randomBytes'> = {
  sha256: (data) => createHash('sha256').update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
  equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
  randomBytes: (length) => randomBytes(length),
}

/** A keeper over real custody and cryptography, seen through the actions of AWS KMS. */
export function makeAwsWorld(
  world: World = makeWorld(),
  ports: Partial<AwsOperationPorts> = {},
): AwsWorld {
  const aws: AwsOperationPorts = {
    keeper: world.keeper,
    crypto: TEST_CRYPTO as AwsCrypto,
    now: (): Instant => world.clock.now(),
    homeRegion: HOME,
    ...ports,
  }
  const callers = new Map<string, AwsCaller>()
  const caller = (name: string, roles: readonly Role[] = ['officer', 'user']): AwsCaller => {
    let known = callers.get(name)
    if (known === undefined) {
      const arn = name === 'root' ? `arn:aws:iam::${ACCOUNT}:root` : userArn(name)
      known = { session: sessionOf(name, roles), account: ACCOUNT, arn, region: HOME }
      callers.set(name, known)
    }
    return known
  }
  const admin = caller('admin')
  const call: AwsWorld['call'] = async (action, input = {}, { as = admin, region } = {}) => {
    const who = typeof as === 'string' ? caller(as) : as
    assert(OPERATIONS[action] !== undefined, `${action} is not registered`)
    const made: AwsCall = {
      ...who,
      region: region ?? who.region,
      ports: aws,
      action,
      // As JSON carries it: no undefined members, bytes as base64 text.
      input: JSON.parse(JSON.stringify(input, bytesAsText)) as Output,
      secureTransport: true,
      request: { protocol: 'aws-kms', peer: '127.0.0.1' },
    }
    const output = await perform(made)
    return JSON.parse(JSON.stringify(output, bytesAsText)) as Output
  }
  const refused: AwsWorld['refused'] = async (exception, action, input, options = {}) => {
    try {
      await call(action, input, options)
    } catch (error) {
      const told = exceptionOf(error, (unforeseen) => {
        throw unforeseen
      })
      assert.equal(told.type, exception, told.message)
      const { message } = options
      if (typeof message === 'string') assert.equal(told.message, message)
      else if (message !== undefined) assert.match(told.message, message)
      return told
    }
    assert.fail(`${action} was not refused`)
  }
  return { ...world, aws, admin, caller, call, refused }
}

const userArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`

/** A test may give and gets bytes as base64, which is how awsJson1_1 carries a blob. */
function bytesAsText(_name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  // `Buffer.toJSON` comes first: undo it.
  const { type, data } = (value ?? {}) as { readonly type?: unknown; readonly data?: unknown }
  if (type === 'Buffer' && Array.isArray(data))
    return Buffer.from(data as number[]).toString('base64')
  return value
}

export const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64')

/** A blob member of an answer. */
export function bytesOf(output: Output, member: string): Buffer {
  const text = output[member]
  assert.equal(typeof text, 'string', `${member} is no text in ${JSON.stringify(output)}`)
  return Buffer.from(text as string, 'base64')
}

/** A text member of an answer, by its path: `KeyMetadata.Arn`. */
export function textOf(output: unknown, path: string): string {
  let value: unknown = output
  for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[name]
  assert.equal(typeof value, 'string', `${path} is no text in ${JSON.stringify(output)}`)
  return value as string
}
