// Parsers with a planted bug each: what the runner must find.
import type { FuzzTarget } from '../target.ts'

class PlantedError extends Error {}

const isExpected = (error: unknown): boolean => error instanceof PlantedError
const seeds = [Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])]
const planted = (name: string, parse: FuzzTarget['parse']): FuzzTarget => ({
  name,
  seeds,
  parse,
  isExpected,
})

const LARGE = Array.from({ length: 4_000_000 }, (_, index) => index)
const forever = new Int32Array(new SharedArrayBuffer(4))

export const fuzzTargets: readonly FuzzTarget[] = [
  planted('sound', (input) => {
    if (input[0] !== 1) throw new PlantedError('refused')
  }),
  planted('foreign error', (input) => {
    // Reads past the end, as a parser that trusts a length does.
    if (input.length < 8) new DataView(input.buffer, input.byteOffset).getUint32(input.length)
  }),
  planted('text thrown', (input) => {
    if (input.length > 9) throw 'no error at all'
  }),
  planted('slow', (input) => {
    if (input.length > 10) Atomics.wait(forever, 0, 0, 400)
  }),
  planted('hang', (input) => {
    // Bounded, so that a runner that misses it ends red and not never.
    if (input[0] === 0) Atomics.wait(forever, 0, 0, 60_000)
  }),
  planted('exit', (input) => {
    if (input[0] === 0) process.exit(3)
  }),
  planted('memory', (input) => {
    if (input[0] !== 0) return
    for (const kept: number[][] = []; ; ) kept.push(LARGE.slice())
  }),
  planted('promise', () => Promise.resolve() as unknown as undefined),
]
