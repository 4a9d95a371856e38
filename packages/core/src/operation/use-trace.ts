import type { KeyId } from '../id.ts'
import type { Mechanism } from '../key/mechanism.ts'
import type { Action } from '../policy/action.ts'
import type { NotedUse } from './last-uses.ts'

/** More than this of a list is counted rather than named, so that an entry stays within its bound. */
const NAMED_MAX = 32

/** What one call used, for its audit entry: the versions, the mechanism, and every other key it touched. */
export class UseTrace {
  readonly #versions: number[] = []
  /** The version opened last; 0 where none was. */
  lastVersion = 0
  #mechanism: Mechanism | undefined
  #isMixed = false
  #others: string[] | undefined
  #otherUses: NotedUse[] | undefined
  #policies: Set<string> | undefined

  /** The target of the call itself was opened. */
  opened(version: number, mechanism: Mechanism): void {
    this.lastVersion = version
    const { length } = this.#versions
    if (length === 0) this.#versions.push(version)
    else if (length < NAMED_MAX && !this.#versions.includes(version)) this.#versions.push(version)
    if (this.#mechanism === undefined) this.#mechanism = mechanism
    else if (this.#mechanism !== mechanism) this.#isMixed = true
  }

  /** Another key was admitted on the way: exported, re-encrypted to, or used to unwrap. */
  also(action: Action, key: KeyId, version: number, policies: readonly string[]): void {
    const text = `${action} ${key}/${version}`
    this.#others ??= []
    if (this.#others.length < NAMED_MAX && !this.#others.includes(text)) this.#others.push(text)
    this.#note(action, key, version)
    this.#policies ??= new Set()
    for (const policy of policies) this.#policies.add(policy)
  }

  /** The other keys that worked; one that was exported did not. */
  get otherUses(): readonly NotedUse[] {
    return this.#otherUses ?? []
  }

  #note(action: Action, key: KeyId, version: number): void {
    if (action === 'key.export') return
    this.#otherUses ??= []
    const isNoted = this.#otherUses.some((use) => use.key === key && use.action === action)
    if (!isNoted) this.#otherUses.push({ key, action, version })
  }

  get versions(): readonly number[] | undefined {
    return this.#versions.length === 0 ? undefined : this.#versions
  }

  /** The one mechanism that was used; undefined when there was none or more than one. */
  get mechanism(): Mechanism | undefined {
    return this.#isMixed ? undefined : this.#mechanism
  }

  /** `<action> <key id>/<version>` of each other key. */
  get details(): { readonly used: readonly string[] } | undefined {
    return this.#others === undefined ? undefined : { used: this.#others }
  }

  /** The policies that decided, those of the other keys included. */
  policies(own: readonly string[]): readonly string[] {
    return this.#policies === undefined ? own : [...new Set([...own, ...this.#policies])]
  }
}
