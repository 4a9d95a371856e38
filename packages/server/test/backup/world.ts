import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import * as core from '@claviger/core'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { compose, type Composition } from '../../src/compose.ts'
import { developmentConfig, openDevelopmentKeeper } from '../../src/development.ts'
import type { Logger } from '../../src/logging/logger.ts'
import { type KnownLog, logVerifier } from '../../src/restore.ts'

export const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} }
export const REQUEST = { protocol: 'test', peer: '127.0.0.1' }

export const identity = await generateX25519Identity()
export const recipient = await identityToRecipient(identity)
export const opening = { identities: [identity] }

const folders: string[] = []
const worlds: World[] = []
after(async () => {
  for (const world of worlds) await world.close()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-backup-'))
  folders.push(folder)
  return folder
}

/** A keeper with the embedded defaults, in a folder of its own. */
export class World {
  readonly folder: string
  readonly keeper: Composition
  readonly operator: core.Session
  readonly developer: core.Session

  #isClosed = false

  private constructor(
    folder: string,
    keeper: Composition,
    [operator, developer]: readonly core.Session[],
  ) {
    this.folder = folder
    this.keeper = keeper
    this.operator = operator as core.Session
    this.developer = developer as core.Session
  }

  /** @param like the folder of the keeper whose tokens are valid here */
  static async open(folder = temporaryFolder(), like = folder): Promise<World> {
    const keeper = await compose(developmentConfig(folder, 0), silent)
    try {
      await openDevelopmentKeeper(keeper, folder)
    } catch (error) {
      await keeper.close()
      throw error
    }
    const session = async (name: string): Promise<core.Session> => {
      const secret = readFileSync(join(like, `${name}.token`), 'utf8').trim()
      return keeper.authenticator.bySecret(secret, '127.0.0.1')
    }
    const sessions = [await session('administrator'), await session('developer')]
    const world = new World(folder, keeper, sessions)
    worlds.push(world)
    return world
  }

  /** The log's keys as anybody has them who was told. */
  get known(): KnownLog {
    const { vkeys } = this.keeper.logKeys
    return { origin: 'claviger.local/log', verifiers: vkeys.map(logVerifier) }
  }

  async run<Kind extends core.TargetKind, Input, Output>(
    operation: core.ManagementOperation<Kind, Input, Output>,
    input: Input,
    session = this.developer,
  ): Promise<Output> {
    return (await this.keeper.keeper.execute(session, operation, input, REQUEST)).output
  }

  async createKey(name: string): Promise<core.KeyId> {
    return (await this.run(core.createKey, { name, spec: 'aes-256' })).key.id
  }

  async begin(
    sealing: core.BackupSealing = { recipients: [recipient] },
    session = this.operator,
  ): Promise<core.BackupStream> {
    const { keeper } = this.keeper
    return (await core.createBackup(keeper, session, { sealing }, REQUEST)).output
  }

  async backup(sealing?: core.BackupSealing): Promise<Uint8Array> {
    const { pieces } = await this.begin(sealing)
    return Buffer.concat(await Array.fromAsync(pieces))
  }

  /** What the log says of backups, oldest first. */
  async told(): Promise<readonly Record<string, unknown>[]> {
    const filter = { tenants: [core.DEFAULT_TENANT], action: 'backup.create', limit: 100 }
    const { entries } = await this.keeper.ports.reader.list(filter)
    return entries
      .map(({ entry }) => (JSON.parse(entry) as { details: Record<string, unknown> }).details)
      .reverse()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.keeper.close()
  }
}

/** The seal of kind `file` opens by a file that no backup holds. */
export function bringKeyFile(from: string, to: string): void {
  for (const name of readdirSync(join(from, 'data'))) {
    if (name.startsWith('seal') && name !== 'seal.json') {
      copyFileSync(join(from, 'data', name), join(to, 'data', name))
    }
  }
}

export async function* inPieces(
  bytes: Uint8Array,
  length = 65_536,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}
