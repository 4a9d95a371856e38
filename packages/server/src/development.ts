import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createToken,
  DEFAULT_TENANT,
  type FirstPrincipal,
  initialize,
  INTERNAL_REQUEST,
  internalSession,
  type Keeper,
  SYSTEM_TENANT,
} from '@claviger/core'
import type { Composition } from './compose.ts'
import { type Config, DEFAULT_PORT, defaultConfig } from './config/config.ts'
import { replaceFile } from './listen/tls-files.ts'
import { replaceLostTokens } from './lost-tokens.ts'

/*
 * The embedded default of `npm start`: one folder, a key file as the seal, and an identity for each of the
 * duties that are kept apart, so that separation is felt from the first day.
 */

const TOKEN_DAYS = 365
export const AWS_CREDENTIALS = 'aws-credentials'

const IDENTITIES: readonly FirstPrincipal[] = [
  { name: 'administrator', roles: ['administrator', 'operator'], tokenDays: TOKEN_DAYS },
  { name: 'developer', roles: ['officer', 'user'], tokenDays: TOKEN_DAYS },
  { name: 'auditor', roles: ['auditor'], tokenDays: TOKEN_DAYS },
]

/** Which identity the command line takes for which command, unless told otherwise. */
const COMMAND_IDENTITIES = {
  principal: 'administrator',
  group: 'administrator',
  quorum: 'administrator',
  duties: 'administrator',
  'break-glass': 'administrator',
  token: 'administrator',
  aws: 'administrator',
  policy: 'administrator',
  operator: 'administrator',
  tenant: 'administrator',
  audit: 'auditor',
  review: 'auditor',
}

export function developmentConfig(folder: string, port: number | undefined): Config {
  const config = defaultConfig(folder)
  return {
    ...config,
    seal: { kind: 'file' },
    listen: { ...config.listen, port: port ?? DEFAULT_PORT },
  }
}

/** First start: root, tenant and identities; later: opens the seal. */
export async function openDevelopmentKeeper(
  composition: Composition,
  folder: string,
  warn: (message: string) => void = () => {},
): Promise<'made' | 'found'> {
  const found = await openSeal(composition, folder)
  if (found === 'found') {
    await replaceLostTokens(composition, {
      principals: IDENTITIES,
      pathOf: (name) => tokenPath(folder, name),
      write: (name, secret) => writeTokens(folder, { [name]: secret }),
      warn,
    })
  }
  const path = join(folder, AWS_CREDENTIALS)
  if (!existsSync(path)) replaceFile(path, await awsCredentials(composition.keeper), 0o600)
  return found
}

/** An access key of the developer, as AWS's programs read it (`AWS_SHARED_CREDENTIALS_FILE`). */
async function awsCredentials(keeper: Keeper): Promise<string> {
  const { output } = await keeper.execute(
    internalSession(DEFAULT_TENANT, 'first-start'),
    createToken,
    {
      principal: 'developer',
      description: 'for AWS programs',
      lifetimeSeconds: TOKEN_DAYS * 86_400,
      sharedSecret: 'lasting',
    },
    INTERNAL_REQUEST,
  )
  const { token, secret } = output
  return [
    '[default]',
    `aws_access_key_id = ${token.identifier}`,
    `aws_secret_access_key = ${secret}`,
    `region = ${defaultConfig('').aws.region}`,
    '',
  ].join('\n')
}

async function openSeal({ keeper, ports }: Composition, folder: string): Promise<'made' | 'found'> {
  if (ports.seal.status().initialized) {
    await ports.seal.unseal({ kind: 'file' })
    const tenant = await ports.store.get('tenant', SYSTEM_TENANT, DEFAULT_TENANT)
    if (tenant !== undefined) return 'found'
    const { completeInitialization } = await import('@claviger/core')
    const session = internalSession(SYSTEM_TENANT, 'first-start')
    const { output } = await keeper.execute(
      session,
      completeInitialization,
      { principals: IDENTITIES },
      INTERNAL_REQUEST,
    )
    writeTokens(folder, output.tokens)
    return 'made'
  }
  const input = { method: { kind: 'file' }, principals: IDENTITIES } as const
  const { output } = await keeper.execute(
    internalSession(SYSTEM_TENANT, 'first-start'),
    initialize,
    input,
    INTERNAL_REQUEST,
  )
  writeTokens(folder, output.tokens)
  return 'made'
}

function writeTokens(folder: string, tokens: Readonly<Record<string, string>>): void {
  for (const [name, secret] of Object.entries(tokens)) {
    replaceFile(tokenPath(folder, name), `${secret}\n`, 0o600)
  }
}

function tokenPath(folder: string, name: string): string {
  return join(folder, `${name}.token`)
}

/** What makes `claviger …` in the same folder just work. */
export function writeProfile(folder: string, address: string): void {
  const profile = {
    address,
    ca: 'ca.pem',
    identities: Object.fromEntries(IDENTITIES.map(({ name }) => [name, `${name}.token`])),
    default: 'developer',
    as: COMMAND_IDENTITIES,
    log: 'data/log',
    logKeys: 'log.vkey',
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, '.gitignore'), '*\n')
  replaceFile(join(folder, 'profile.json'), `${JSON.stringify(profile, undefined, 2)}\n`, 0o600)
}
