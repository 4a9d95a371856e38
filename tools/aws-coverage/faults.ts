import type { Evidence } from './evidence.ts'
import { ARISES, LIMITS, NEVER, REFUSED, UNMODELLED } from './limits.ts'
import type { Model } from './model.ts'

/** What the coverage lacks or claims too much; each one line. */
export function coverageFaults(
  model: Model,
  { proved, tested, raised }: Evidence,
  operations: readonly string[],
): readonly string[] {
  const faults: string[] = []
  const require = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault)
  }
  for (const action of model.actions) {
    if (REFUSED[action] !== undefined) continue
    require(operations.includes(action), `${action} has no operation`)
    require(proved.has(action), `${action} has no test in test/interop/aws-kms`)
  }
  for (const action of [...operations, ...Object.keys(LIMITS), ...Object.keys(REFUSED)]) {
    require(model.actions.includes(action), `${action} is no action of the model`)
  }
  for (const exception of model.exceptions) {
    const arises = ARISES[exception] !== undefined
    require(arises !==
      (NEVER[exception] !== undefined), `${exception} arises or never does: which?`)
    require(raised.has(exception) === arises, arises
      ? `${exception} is said to arise, and no source names it`
      : `${exception} is said never to arise, and a source names it`)
  }
  for (const exception of Object.keys(UNMODELLED)) {
    require(!model.exceptions.includes(exception), `${exception} is modelled now`)
    require(raised.has(exception), `${exception} is said to arise, and no source names it`)
  }
  for (const exception of [...Object.keys(ARISES), ...Object.keys(UNMODELLED)]) {
    require(proved.has(exception) || tested.has(exception), `${exception} is in no test`)
  }
  for (const exception of [...Object.keys(ARISES), ...Object.keys(NEVER)]) {
    require(model.exceptions.includes(exception), `${exception} is not in the model`)
  }
  for (const name of proved.keys()) {
    const known = [...model.actions, ...model.exceptions, ...Object.keys(UNMODELLED)]
    require(known.includes(name), `a test proves ${name}, which is nothing known`)
  }
  return faults
}
