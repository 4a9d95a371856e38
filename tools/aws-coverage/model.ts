import * as sdk from '@aws-sdk/client-kms'

/** What Amazon's own SDK knows: the actions, and the exceptions that are classes of their own in it. */
export interface Model {
  readonly actions: readonly string[]
  readonly exceptions: readonly string[]
}

export function readModel(): Model {
  const exported = Object.entries(sdk)
  const actions = exported
    .filter(([name]) => /^[A-Z]\w*Command$/.test(name))
    .map(([name]) => name.slice(0, -'Command'.length))
  const exceptions = exported.filter(([, value]) => isException(value)).map(([name]) => name)
  return { actions: actions.toSorted(byName), exceptions: exceptions.toSorted(byName) }
}

function isException(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof sdk.KMSServiceException
}

export const byName = (left: string, right: string): number => (left < right ? -1 : 1)
