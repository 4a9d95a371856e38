// Plain JavaScript: this one file must start under any Node >= 18. It runs its arguments under Node 26,
// taken from the platform package when the Node that started it is older, and repeats its exit status.
import { spawn } from 'node:child_process'
import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR = 26
const EX_UNAVAILABLE = 69

/** The path of a Node of the wanted major version, or undefined with a message already printed. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath
  const os = process.platform === 'win32' ? 'win' : process.platform
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'
  const name = `${prefix}-${os}-${process.arch}`
  try {
    const require = createRequire(import.meta.url)
    const manifest = require.resolve(`${name}/package.json`)
    return join(dirname(manifest), require(manifest).bin.node)
  } catch {
    console.error(
      `Node ${NODE_MAJOR} is needed and ${name} is not installed. ` +
        `Run "npm ci" without --omit=optional, or install Node ${NODE_MAJOR}.`,
    )
    return undefined
  }
}

/**
 * A folder for V8's compile cache that only this user can write: a cache in a shared folder would let
 * somebody else choose the code that runs.
 */
function compileCacheFolder() {
  const here = dirname(fileURLToPath(import.meta.url))
  const beside = join(here, '..', '..', '..', 'node_modules')
  const home = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  for (const parent of [beside, home]) {
    try {
      accessSync(parent, constants.W_OK)
      const folder = join(parent, '.cache', 'claviger')
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      return folder
    } catch {
      // not writable or not there: try the next, or do without
    }
  }
  return undefined
}

/** Replaces this process by Node 26 with `args`; `noCore` forbids core files, which would hold keys. */
export function launch(args, { noCore = false } = {}) {
  const node = findNode()
  if (node === undefined) process.exit(EX_UNAVAILABLE)
  const separator = process.platform === 'win32' ? ';' : ':'
  const env = { ...process.env, PATH: `${dirname(node)}${separator}${process.env.PATH ?? ''}` }
  env.NODE_COMPILE_CACHE ??= compileCacheFolder()
  if (env.NODE_COMPILE_CACHE === undefined) delete env.NODE_COMPILE_CACHE
  const limited = noCore && process.platform !== 'win32'
  const file = limited ? '/bin/sh' : node
  const argv = limited ? ['-c', 'ulimit -c 0; exec "$0" "$@"', node, ...args] : args
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(file, [file, ...argv], env)
  }
  const child = spawn(file, argv, { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`cannot start ${file}: ${error.message}`)
    process.exit(EX_UNAVAILABLE)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

if (
  process.argv[1] !== undefined &&
  realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
) {
  launch(process.argv.slice(2))
}
