/** Types, lint and format over the whole tree; exits non-zero when any of them complains. */
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { platformBinary } from './platform-binary.ts'

const ROOT = resolve(import.meta.dirname, '..')

export function check(): boolean {
  return [
    run('types', platformBinary('tsc'), ['-p', ROOT]),
    run('lint', platformBinary('oxlint'), [
      '--quiet',
      '--config',
      join(ROOT, '.oxlintrc.json'),
      ROOT,
    ]),
    run('format', platformBinary('biome'), ['format', ROOT]),
  ].every(Boolean)
}

function run(name: string, command: readonly string[], args: readonly string[]): boolean {
  const started = performance.now()
  const [file, ...first] = command as [string, ...string[]]
  const { status, stdout, stderr } = spawnSync(file, [...first, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n`)
  if (status !== 0) process.stdout.write(`${stdout}${stderr}\n`)
  return status === 0
}

if (import.meta.main) process.exit(check() ? 0 : 1)
