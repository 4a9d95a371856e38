/**
 * Writes what the protocol of AWS KMS covers into its README, from the model in Amazon's own SDK, the source
 * and the tests. `test/docs/aws-coverage.test.ts` fails when the README is not what this writes.
 *
 *   node packages/cli/bin/launch.mjs tools/aws-coverage/main.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { OPERATIONS } from '../../packages/server/src/protocols/aws-kms/operations.ts'
import { gatherEvidence, ROOT } from './evidence.ts'
import { coverageFaults } from './faults.ts'
import { readModel } from './model.ts'
import { renderCoverage } from './table.ts'

const README = resolve(ROOT, 'packages/server/src/protocols/aws-kms/README.md')
const [BEGIN, END] = ['<!-- coverage -->', '<!-- end of coverage -->']

export interface Coverage {
  readonly faults: readonly string[]
  /** The README as it is, and as it should be. */
  readonly written: string
  readonly current: string
}

export function coverage(): Coverage {
  const model = readModel()
  const evidence = gatherEvidence()
  const written = readFileSync(README, 'utf8')
  const [before, after] = [written.indexOf(BEGIN), written.indexOf(END)]
  if (before < 0 || after < before) throw new Error(`${README} lacks ${BEGIN} or ${END}`)
  const text = `${BEGIN}\n${renderCoverage(model, evidence)}\n`
  return {
    faults: coverageFaults(model, evidence, Object.keys(OPERATIONS)),
    written,
    current: written.slice(0, before) + text + written.slice(after),
  }
}

if (import.meta.main) {
  const { faults, current } = coverage()
  writeFileSync(README, current)
  for (const fault of faults) process.stdout.write(`${fault}\n`)
  process.exit(faults.length === 0 ? 0 : 1)
}
