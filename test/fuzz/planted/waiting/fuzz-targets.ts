// A sound parser that takes its time, and one that does not.
import type { FuzzTarget } from '../../target.ts'

const forever = new Int32Array(new SharedArrayBuffer(4))
const seeds = [Uint8Array.from([1, 2, 3, 4])]

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'waiting',
    seeds,
    parse: () => void Atomics.wait(forever, 0, 0, 5),
    isExpected: () => false,
  },
  { name: 'quick', seeds, parse: () => {}, isExpected: () => false },
]
