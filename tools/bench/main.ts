/**
 * The benchmarks: each figure beside its limit from the same run, and the bar it must meet.
 *
 *   npm run bench                everything, a few minutes
 *   npm run bench -- --quick     under a minute: everything but the million keys
 *   npm run bench -- --json      one object a line
 *
 * Exits 1 when a figure fell short.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureAws } from './aws.ts'
import { measureCreation } from './creation.ts'
import { KeeperProcess } from './keeper-process.ts'
import { LoadProcess } from './load-process.ts'
import { isOk, type Measurement, toJsonLine, toTextLine } from './measurement.ts'
import { measurePolicyScale } from './policy-scale.ts'
import { measurePolicy } from './policy.ts'
import { measureScale } from './scale.ts'
import { measureStart } from './start.ts'
import { measureTenants } from './tenants.ts'
import { measureThroughput } from './throughput.ts'
import { measureXks } from './xks.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const { quick, json } = values

let fellShort = false
function report(measurements: readonly Measurement[]): void {
  for (const measurement of measurements) {
    fellShort ||= !isOk(measurement)
    process.stdout.write(`${json ? toJsonLine(measurement) : toTextLine(measurement)}\n`)
  }
}

const folder = mkdtempSync(join(tmpdir(), 'claviger-bench-'))
const load = new LoadProcess()
try {
  const keeper = await KeeperProcess.start(folder)
  try {
    const windowSeconds = quick ? 1 : 4
    report(await measureThroughput({ keeper, load, windowSeconds, rounds: quick ? 3 : 5 }))
    report(await measureAws({ keeper, load, windowSeconds, rounds: quick ? 3 : 5 }))
    report(await measureXks(keeper, load, quick ? 3 : 20))
    report([await measureCreation(keeper, load, quick ? 2 : 5)])
  } finally {
    await keeper.stop()
  }
  report([measurePolicy()])
  report(measurePolicyScale())
  report([await measureStart(folder, quick ? 5 : 11)])
  if (!quick) {
    report(await measureTenants(load))
    report(await measureScale(load, 3, 3))
  }
} finally {
  load.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(fellShort ? 1 : 0)
