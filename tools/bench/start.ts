import { spawnSync } from 'node:child_process'
import { KeeperProcess } from './keeper-process.ts'
import { type Measurement, median } from './measurement.ts'

/** From the command to listening, on a folder that is there already, against Node doing nothing. */
export async function measureStart(folder: string, rounds: number): Promise<Measurement> {
  const nothing: number[] = []
  const listening: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    spawnSync(process.execPath, ['-e', '0'])
    nothing.push(performance.now() - started)
    const keeper = await KeeperProcess.start(folder)
    listening.push(keeper.startMs)
    await keeper.stop()
  }
  const value = median(listening)
  const limit = median(nothing)
  return {
    name: 'start/node-e-0',
    value,
    unit: 'ms',
    limit,
    ratio: value / limit,
    bar: 12,
    side: 'at-most',
  }
}
