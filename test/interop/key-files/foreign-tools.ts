import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryFolder } from '../../fault/support/temporary-folder.ts'

/** A tool that nobody here wrote, and where to get it. */
const PACKAGES = {
  openssl: 'openssl',
  keytool: 'openjdk-17-jre-headless',
  'ssh-keygen': 'openssh-client',
} as const
type Tool = keyof typeof PACKAGES

/** A folder to work in; undefined, and the test skipped, where a tool is missing. */
export function workshop(t: TestContext, ...tools: readonly Tool[]): Workshop | undefined {
  for (const tool of tools) {
    const ran = spawnSync(tool, [tool === 'openssl' ? 'version' : '-help'])
    if (ran.error !== undefined) {
      t.skip(`needs ${tool}: apt-get install ${PACKAGES[tool]}`)
      return undefined
    }
  }
  return new Workshop(temporaryFolder(t))
}

export class Workshop {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(this.path(name)))
  }

  write(name: string, bytes: Uint8Array | string): void {
    // ssh-keygen reads no key that others may read.
    writeFileSync(this.path(name), bytes, { mode: 0o600 })
  }

  openssl(...args: readonly string[]): Buffer {
    return this.#run('openssl', args)
  }

  keytool(...args: readonly string[]): string {
    return this.#run('keytool', ['-J-Duser.language=en', ...args]).toString()
  }

  sshKeygen(...args: readonly string[]): Buffer {
    return this.#run('ssh-keygen', ['-q', ...args])
  }

  /** A key `<name>.key` with a certificate `<name>.pem` of its own, or under an authority. */
  certificate(name: string, authority?: string): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    const under =
      authority === undefined ? [] : ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`]
    this.openssl(
      'req',
      '-x509',
      ...key,
      ...under,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-subj',
      `/CN=${name}`,
      '-days',
      '9',
    )
  }

  der(name: string): Uint8Array {
    return new Uint8Array(this.openssl('x509', '-in', `${name}.pem`, '-outform', 'DER'))
  }

  /** PKCS #8 in DER. */
  pkcs8(name: string): Uint8Array {
    return new Uint8Array(
      this.openssl('pkcs8', '-topk8', '-nocrypt', '-in', `${name}.key`, '-outform', 'DER'),
    )
  }

  #run(tool: string, args: readonly string[]): Buffer {
    return execFileSync(tool, args, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] })
  }
}
