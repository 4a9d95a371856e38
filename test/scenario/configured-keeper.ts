import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLAVIGER, ServerProcess } from '../fault/support/server-process.ts'

export interface Ran {
  readonly status: number
  readonly stdout: string
  readonly output: string
}

/** A keeper of the embedded defaults that was started again, and unsealed, with more settings. */
export class ConfiguredKeeper {
  readonly folder: string
  readonly server: ServerProcess

  private constructor(folder: string, server: ServerProcess) {
    this.folder = folder
    this.server = server
  }

  /**
   * @param settings lines of TOML, after those of the defaults
   * @param program what Node runs, in place of the source's server
   */
  static async start(
    folder: string,
    settings: readonly string[],
    program?: readonly string[],
  ): Promise<ConfiguredKeeper> {
    const options = program === undefined ? {} : { program }
    const first = await ServerProcess.start(folder, options)
    await first.stop()
    const path = join(folder, 'keeper.toml')
    const lines = ['folder = "."', 'listen.port = 0', 'seal.kind = "file"', ...settings]
    writeFileSync(path, lines.join('\n'))
    const server = await ServerProcess.start(folder, { ...options, args: ['--config', path] })
    const keeper = new ConfiguredKeeper(folder, server)
    await keeper.ok('administrator', 'operator', 'unseal')
    return keeper
  }

  /** The command line, with this token, in the keeper's folder. */
  claviger(token: string, ...words: readonly string[]): Promise<Ran> {
    const env = {
      ...process.env,
      CLAVIGER_ADDRESS: `https://localhost:${this.server.port}`,
      CLAVIGER_CA: this.server.path('ca.pem'),
      CLAVIGER_TOKEN: token,
    }
    const options = { cwd: this.folder, env, timeout: 60_000 }
    return new Promise((done) => {
      execFile(process.execPath, [CLAVIGER, ...words], options, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        done({ status, stdout, output: `${stdout}${stderr}` })
      })
    })
  }

  /** By one of the identities of the first start; what it wrote. */
  async ok(identity: string, ...words: readonly string[]): Promise<string> {
    const ran = await this.claviger(this.server.token(identity), ...words)
    if (ran.status === 0) return ran.stdout
    throw new Error(`${words.join(' ')}: status ${ran.status}: ${ran.output}`)
  }
}
