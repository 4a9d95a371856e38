import type { Action, Resource, TokenScope } from '@claviger/core'

/** A token's scope made ready: what it asks is answered beside the policies, and only ever narrows. */
export interface CompiledScope {
  allowsAction(action: Action): boolean
  /** Absent when the scope names no keys. */
  readonly allowsResource?: (action: Action, resource: Resource) => boolean
}

/**
 * `actions` holds for every action; `key.*` is every action of keys. A scope that names `keys` confines
 * the token to keys, and to these: it reaches no object, principal or policy, and lists keys only if it
 * names every key (`*`). Random bytes come from no key, so they stay allowed.
 */
export function compileScope({ actions, keys }: TokenScope): CompiledScope {
  return {
    allowsAction: actions === undefined ? () => true : actionTest(actions),
    ...(keys !== undefined && { allowsResource: resourceTest(keys) }),
  }
}

function actionTest(actions: readonly string[]): (action: Action) => boolean {
  const allowed = new Set(actions)
  return (action) => {
    const dot = action.indexOf('.')
    return allowed.has(action) || (dot > 0 && allowed.has(`${action.slice(0, dot)}.*`))
  }
}

function resourceTest(keys: readonly string[]): (action: Action, resource: Resource) => boolean {
  const isNamed = nameTest(keys)
  const listed = keys.includes('*')
  return (action, { kind, name }) =>
    kind === 'key' ? isNamed(name) : action === 'random' || (listed && action === 'key.list')
}

/** Found in logarithmic time: a scope has up to 256 names, and this runs with every operation. */
function nameTest(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith('*')))
  const prefixes = withoutCovered(
    patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1)),
  )
  return (name) => {
    if (exact.has(name)) return true
    let low = 0
    let high = prefixes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((prefixes[middle] as string) <= name) low = middle + 1
      else high = middle
    }
    return low > 0 && name.startsWith(prefixes[low - 1] as string)
  }
}

/** Sorted, and none a prefix of another: then the one that matches is the greatest not above the name. */
function withoutCovered(prefixes: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (const prefix of prefixes.toSorted(byCodeUnit)) {
    const last = kept.at(-1)
    if (last === undefined || !prefix.startsWith(last)) kept.push(prefix)
  }
  return kept
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
