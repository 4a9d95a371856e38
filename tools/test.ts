/**
 * The test command: types, lint and format, then every test. Says what failed and what was skipped and
 * why; in CI a skip is a failure, because there every tool is installed.
 *
 *   npm test                 everything
 *   npm test -- core tlog    only the files whose path has one of these words
 */
import { globSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { run } from 'node:test'
import type { EventData } from 'node:test'
import { check } from './check.ts'

const ROOT = resolve(import.meta.dirname, '..')
const inCi = process.env['CI'] === 'true'

/** Files that load both cores by themselves (crash rounds, whole servers) run one at a time, last. */
const HEAVY = /^test\/(fault|scenario|interop)\//

const words = process.argv.slice(2)
const all = globSync(['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'], { cwd: ROOT }).sort()
const files = all.filter((file) => words.length === 0 || words.some((word) => file.includes(word)))

interface Tally {
  passed: number
  failed: string[]
  skipped: string[]
}

async function runFiles(
  selected: readonly string[],
  concurrency: number,
  tally: Tally,
): Promise<void> {
  if (selected.length === 0) return
  const stream = run({
    files: selected.map((file) => resolve(ROOT, file)),
    concurrency,
    cwd: ROOT,
    timeout: 900_000,
  })
  stream.on('test:fail', (data) => {
    if (!isLeaf(data)) return
    tally.failed.push(`${place(data)}\n${indent(reason(data))}`)
  })
  stream.on('test:pass', (data) => {
    if (!isLeaf(data)) return
    if (data.skip !== undefined) tally.skipped.push(`${place(data)}: ${String(data.skip)}`)
    else tally.passed++
  })
  stream.on('test:stderr', ({ message }) => process.stderr.write(message))
  for await (const _event of stream) {
    // The handlers above do the work; reading drives the run.
  }
}

/** Suites and files are reported too; what counts is the tests in them. */
function isLeaf(data: EventData.TestPass | EventData.TestFail): boolean {
  if (data.details.type === 'suite') return 'skip' in data && data.skip !== undefined
  // A file that fails as a whole (it does not load) has no tests of its own to tell of.
  const isFile = data.name === data.file || data.file?.endsWith(data.name) === true
  if (!isFile) return true
  return 'error' in data.details && !/subtests? failed/.test(String(data.details.error.message))
}

function place(data: EventData.TestPass | EventData.TestFail): string {
  const file = data.file === undefined ? '' : relative(ROOT, data.file)
  return `${file}:${data.line ?? 0} ${data.name}`
}

function reason(data: EventData.TestFail): string {
  const { error } = data.details
  const cause = error.cause instanceof Error ? error.cause : error
  return cause.stack ?? String(cause)
}

const indent = (text: string): string => text.replace(/^/gm, '    ')

const started = performance.now()
const sound = words.length > 0 || check()
const tally: Tally = { passed: 0, failed: [], skipped: [] }
await runFiles(
  files.filter((file) => !HEAVY.test(file)),
  2,
  tally,
)
await runFiles(
  files.filter((file) => HEAVY.test(file)),
  1,
  tally,
)

for (const failure of tally.failed) process.stdout.write(`FAIL ${failure}\n`)
for (const skip of tally.skipped) process.stdout.write(`skip ${skip}\n`)
const seconds = Math.round((performance.now() - started) / 1000)
process.stdout.write(`${files.length} files in ${seconds} s\n`)
process.stdout.write(
  `${tally.passed} passed, ${tally.failed.length} failed, ${tally.skipped.length} skipped\n`,
)
const skippedInCi = inCi && tally.skipped.length > 0
if (skippedInCi) process.stdout.write('a skipped test is a failure in CI: install what it names\n')
process.exit(sound && tally.passed > 0 && tally.failed.length === 0 && !skippedInCi ? 0 : 1)
