import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { decodeUtf8, encodeUtf8 } from '@claviger/bytes'
import type { ImportedKey } from '@claviger/crypto'
import type { Command } from 'commander'
import { CliError, usageError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { shown } from '../terminal/text.ts'
import type { ApproverPrivateKey, ApproverPublicKey } from './approver-key.ts'
import { readSecretText } from './secret-input.ts'

/*
 * Keys in a token (PKCS#11), through OpenSC's pkcs11-tool in a process of its own: a module that is loaded into
 * this one would be code that we had to trust with everything else here.
 */

const TOOL = 'pkcs11-tool'
/** Where the PIN is said to the tool: its arguments can be read by every user of the machine. */
const PIN_VARIABLE = 'CLAVIGER_PKCS11_PIN'
const OUTPUT_BYTES_MAX = 64 * 1024
/** A person may have to touch the token. */
const TIMEOUT_MS = 120_000

export interface Pkcs11Options {
  readonly pkcs11Module?: string
  readonly tokenLabel?: string
  readonly keyLabel?: string
}

export interface Pkcs11PinOptions extends Pkcs11Options {
  readonly pinFile?: string
}

interface TokenKey {
  readonly module: string
  readonly token: string
  readonly label: string
}

export function pkcs11Options(command: Command): Command {
  return command
    .option('--pkcs11-module <file>', 'the PKCS#11 module of a token that has the key')
    .option('--token-label <label>', 'which token')
    .option('--key-label <label>', 'which key in it')
}

/** What the three options name together; undefined where none of them is there. */
export function tokenKeyOf({ cwd }: { cwd: string }, options: Pkcs11Options): TokenKey | undefined {
  const { pkcs11Module: module, tokenLabel: token, keyLabel: label } = options
  if (module === undefined && token === undefined && label === undefined) return undefined
  if (module === undefined || token === undefined || label === undefined) {
    throw usageError('--pkcs11-module, --token-label and --key-label go together')
  }
  return { module: module.includes('/') ? resolve(cwd, module) : module, token, label }
}

export async function readTokenPublicKey(
  context: Context,
  key: TokenKey,
): Promise<ApproverPublicKey> {
  const { hashHex } = await import('@claviger/crypto')
  const { spki } = await publicKeyOf(context, key)
  return { id: hashHex('sha256', spki), spki }
}

/** Signs in the token; what comes out is checked here, so that another key's signature is not sent. */
export async function openTokenKey(
  context: Context,
  key: TokenKey,
  pinFile: string | undefined,
): Promise<ApproverPrivateKey> {
  const { hash, hashHex, openPublicKey, verify } = await import('@claviger/crypto')
  const { keyId, spec, spki } = await publicKeyOf(context, key)
  const opened = openPublicKey(spec, spki)
  const pin = await readPin(context, key, pinFile)
  const login = ['--login', '--pin', `env:${PIN_VARIABLE}`]
  return {
    id: hashHex('sha256', spki),
    spki,
    sign: async (text) => {
      const message = encodeUtf8(text)
      const isEd25519 = spec === 'ed25519'
      // CKM_ECDSA is over a digest that is made here: fewer tokens hash.
      const mechanism = isEd25519 ? ['EDDSA'] : ['ECDSA', '--signature-format', 'rs']
      const words = [...login, '--id', keyId, '--sign', '--mechanism', ...mechanism]
      const input = isEd25519 ? message : hash('sha256', message)
      const signature = await runTool(context, key, words, { input, pin })
      const isValid = isEd25519
        ? verify(opened, 'ed25519', { message }, signature)
        : verify(opened, 'ecdsa-sha256', { message, format: 'p1363' }, signature)
      if (isValid === true) return signature
      throw new CliError(
        'verification-failed',
        'the token has signed by another key than its public one of that label',
      )
    },
  }
}

interface TokenPublicKey {
  /** CKA_ID, hex: what the private half has too. */
  readonly keyId: string
  readonly spec: 'ed25519' | 'ec-p256'
  readonly spki: Uint8Array
}

async function publicKeyOf(context: Context, key: TokenKey): Promise<TokenPublicKey> {
  const { CryptoError, importKey } = await import('@claviger/crypto')
  const keyId = await idOf(context, key)
  const encoded = await runTool(context, key, ['--id', keyId, '--read-object', '--type', 'pubkey'])
  let read: ImportedKey
  try {
    // The tool writes keys of Edwards curves as PEM, and others as DER.
    const isPem = encoded[0] === 0x2d
    read = await (isPem ? importKey('pem', decodeUtf8(encoded)) : importKey('spki', encoded))
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error
    throw wrongKind(key)
  }
  const { spec, public: spki } = read
  if (spki === undefined || (spec !== 'ed25519' && spec !== 'ec-p256')) throw wrongKind(key)
  return { keyId, spec, spki }
}

/** The tool signs by whatever key has an id, and takes no heed of labels: the label is looked up here. */
async function idOf(context: Context, key: TokenKey): Promise<string> {
  const list = await runTool(context, key, ['--list-objects', '--type', 'pubkey'])
  const ids = new Set<string>()
  for (const object of new TextDecoder().decode(list).split(/^(?=\S)/m)) {
    const label = /^ +label: +(.*?) *$/m.exec(object)?.[1]
    const id = /^ +ID: +([0-9a-f]+) *$/m.exec(object)?.[1]
    if (label === key.label && id !== undefined) ids.add(id)
  }
  const [id] = ids
  if (id !== undefined && ids.size === 1) return id
  const found = ids.size === 0 ? 'no public key' : 'several public keys'
  throw usageError(`the token has ${found} of the label ${shown(key.label)} with an id`)
}

function wrongKind({ label }: TokenKey): CliError {
  return usageError(`${shown(label)} is of another kind: approvals are signed by Ed25519 or P-256`)
}

async function readPin(
  context: Context,
  { token }: TokenKey,
  file: string | undefined,
): Promise<string> {
  const said = context.environment.env[PIN_VARIABLE]
  if (file === undefined && said !== undefined && said !== '') return said
  return readSecretText(context, { file, question: `PIN of ${shown(token)}` })
}

interface ToolInput {
  readonly input: Uint8Array
  readonly pin: string
}

function runTool(
  { environment }: Context,
  { module, token }: TokenKey,
  words: readonly string[],
  given?: ToolInput,
): Promise<Uint8Array> {
  const args = ['--module', module, '--token-label', token, ...words]
  const { [PIN_VARIABLE]: _pin, ...rest } = environment.env
  const env = given === undefined ? rest : { ...rest, [PIN_VARIABLE]: given.pin }
  const options = {
    env,
    encoding: 'buffer',
    maxBuffer: OUTPUT_BYTES_MAX,
    timeout: TIMEOUT_MS,
  } as const
  return new Promise((done, fail) => {
    const child = execFile(TOOL, args, options, (error, stdout, stderr) => {
      if (error === null) done(stdout)
      else fail(toolError(error, stderr))
    })
    // A tool that ends before it has read everything says why itself.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(given?.input)
  })
}

function toolError(error: Error & { readonly code?: unknown }, stderr: Uint8Array): CliError {
  if (error.code === 'ENOENT') {
    return new CliError('failure', `${TOOL} is not here: install opensc`, { cause: error })
  }
  const lines = new TextDecoder().decode(stderr).split('\n')
  const told = lines.filter((line) => !/^(?:Using |Aborting|\s*$)/.test(line)).at(-1)
  const why = told === undefined ? 'it failed' : shown(told.replace(/^error: /, ''))
  return new CliError('failure', `${TOOL}: ${why}`, { cause: error })
}
