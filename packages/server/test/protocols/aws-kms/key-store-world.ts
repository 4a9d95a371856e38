import { strict as assert } from 'node:assert'
import { readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createKey, createToken, type Session } from '@claviger/core'
import { compose, type Composition } from '../../../src/compose.ts'
import type { Config } from '../../../src/config/config.ts'
import { developmentConfig, openDevelopmentKeeper } from '../../../src/development.ts'
import { dispatchAws } from '../../../src/dispatch.ts'
import { HttpsListener } from '../../../src/listen/https-listener.ts'
import type { Logger } from '../../../src/logging/logger.ts'
import { mountAws } from '../../../src/mount-aws.ts'
import { mountContext } from '../../../src/mount-context.ts'
import { mountXks } from '../../../src/mount-xks.ts'
import { sharedTls, temporaryFolder } from '../../listen/fixture.ts'
import { ACCOUNT, type AwsWorld, HOME, makeAwsWorld, type Output } from './aws-world.ts'

export const REQUEST = { protocol: 'test', peer: '127.0.0.1' }
const PREFIX = '/team-a'
export const PROXY_PATH = `${PREFIX}/kms/xks/v1`

const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} }

interface Opened {
  readonly keeper: Composition
  readonly config: Config
  readonly developer: Session
  readonly administrator: Session
}

async function openKeeper(t: TestContext, aws: Partial<Config['aws']>): Promise<Opened> {
  let opened: Composition | undefined
  // Hooks run in the order they were given in: a keeper must be closed before its folder goes, for what it
  // then writes would fail, and the hooks after a failed one do not run at all.
  t.after(() => opened?.close())
  const folder = temporaryFolder(t)
  const base = developmentConfig(folder, 0)
  const config = { ...base, aws: { ...base.aws, account: ACCOUNT, region: HOME, ...aws } }
  const keeper = (opened = await compose(config, silent))
  await openDevelopmentKeeper(keeper, folder)
  const session = async (name: string): Promise<Session> => {
    const secret = readFileSync(join(folder, `${name}.token`), 'utf8').trim()
    return keeper.authenticator.bySecret(secret, '127.0.0.1')
  }
  return {
    keeper,
    config,
    developer: await session('developer'),
    administrator: await session('administrator'),
  }
}

/** What a key store is told of a proxy. */
export type Credential = { readonly AccessKeyId: string; readonly RawSecretAccessKey: string }

export interface ProxyKeeper extends Opened {
  readonly credential: Credential
  readonly endpoint: string
  /** Stops to listen, as a crashed proxy would; `start` listens at the same port again. */
  readonly stop: () => Promise<void>
  readonly start: () => Promise<void>
}

/** A keeper that others use as their proxy, with an AES-256 key `outer` of its own. */
export async function proxyKeeper(t: TestContext): Promise<ProxyKeeper> {
  const opened = await openKeeper(t, { xksPrefix: PREFIX })
  const { keeper, config, developer, administrator } = opened
  await keeper.keeper.execute(developer, createKey, { name: 'outer', spec: 'aes-256' }, REQUEST)
  const { output } = await keeper.keeper.execute(
    administrator,
    createToken,
    { principal: 'developer', lifetimeSeconds: 3_600, sharedSecret: 'long' },
    REQUEST,
  )
  assert(output.token.identifier !== undefined)
  const context = mountContext(keeper, silent)
  const aws = mountAws(keeper, config, context)
  const handle = dispatchAws({ aws, xks: mountXks(keeper, config, context) })
  const tls = await sharedTls()
  const listen = (port: number): Promise<HttpsListener> =>
    HttpsListener.start({ address: '127.0.0.1', port, tls, connectionsMax: 100, handle })
  let listener: HttpsListener | undefined = await listen(0)
  const { port } = listener
  const stop = async (): Promise<void> => {
    await listener?.drain()
    listener = undefined
  }
  t.after(stop)
  return {
    ...opened,
    credential: { AccessKeyId: output.token.identifier, RawSecretAccessKey: output.secret },
    endpoint: `https://localhost:${port}`,
    stop,
    start: async () => {
      listener = await listen(port)
    },
  }
}

export interface UsingKeeper extends Pick<AwsWorld, 'call' | 'refused'> {
  readonly opened: Opened
  /** The state and the error code of a key store. */
  readonly stateOf: (id: string) => Promise<readonly [unknown, unknown]>
}

/** A keeper that keeps keys behind proxies, seen through AWS's actions. */
export async function usingKeeper(
  t: TestContext,
  aws: Partial<Config['aws']> = {},
): Promise<UsingKeeper> {
  const authorities = join(temporaryFolder(t), 'authorities.pem')
  writeFileSync(authorities, (await sharedTls()).authority ?? '')
  // Long enough for a machine that is busy with other tests.
  const usual = { xksAuthorities: authorities, xksTimeoutMs: 10_000 }
  const opened = await openKeeper(t, { ...usual, ...aws })
  const { keeper, developer } = opened
  const clock = { now: () => keeper.ports.clock.now() }
  const world = makeAwsWorld({ keeper: keeper.keeper, clock } as never, {
    keyStores: keeper.keyStores,
  })
  const arn = `arn:aws:iam::${ACCOUNT}:user/developer`
  const as = { session: developer, account: ACCOUNT, arn, region: HOME }
  const call: AwsWorld['call'] = (action, input, options) =>
    world.call(action, input, { as, ...options })
  return {
    opened,
    call,
    refused: (exception, action, input, options) =>
      world.refused(exception, action, input, { as, ...options }),
    stateOf: async (id) => {
      const output = await call('DescribeCustomKeyStores', { CustomKeyStoreId: id })
      const [store] = output['CustomKeyStores'] as readonly Output[]
      return [store?.['ConnectionState'], store?.['ConnectionErrorCode']]
    },
  }
}

/** The members that make a key store of a proxy. */
export function storeInput(
  proxy: Pick<ProxyKeeper, 'endpoint' | 'credential'>,
  change: Output = {},
): Output {
  return {
    CustomKeyStoreName: 'house',
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyUriEndpoint: proxy.endpoint,
    XksProxyUriPath: PROXY_PATH,
    XksProxyAuthenticationCredential: proxy.credential,
    XksProxyConnectivity: 'PUBLIC_ENDPOINT',
    ...change,
  }
}

/** A proxy that answers as it is told. */
export async function liar(t: TestContext): Promise<{
  readonly endpoint: string
  readonly credential: Credential
  answer: (path: string, body: Output, response: ServerResponse) => void
}> {
  const { certificate, key } = await sharedTls()
  const made = {
    endpoint: '',
    credential: {
      AccessKeyId: 'A'.repeat(20),
      RawSecretAccessKey: 'b'.repeat(43),
    },
    answer: (_path: string, _body: Output, response: ServerResponse): void => {
      response.end('{}')
    },
  }
  const server = createServer({ cert: certificate, key }, (request: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const path = (request.url ?? '').replace(PROXY_PATH, '')
      made.answer(path, JSON.parse(Buffer.concat(chunks).toString()) as Output, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  made.endpoint = `https://localhost:${(server.address() as AddressInfo).port}`
  return made
}
