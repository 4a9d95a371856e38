import { createRequire } from 'node:module'

type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs')
type Call = Parameters<Cedar['statefulIsAuthorized']>[0]

export type CedarRequest = Omit<Call, 'preparsedPolicySetId' | 'preparsedSchemaName'>

export interface CedarAnswer {
  readonly allowed: boolean
  /** Ids of the policies that decided. */
  readonly policies: readonly string[]
  /** Policies that could not be evaluated, and why; they had no say. */
  readonly errors: readonly { readonly policy: string; readonly message: string }[]
}

/** The policies that can bear on a decision, by id; `key` names the same texts for as long as it is used. */
export interface PolicySlice {
  readonly key: string
  readonly policies: Readonly<Record<string, string>>
}

/** How many parsed slices the engine holds: Cedar never lets go of one, so their names are used again. */
const SLICES_MAX = 1_024

/**
 * Cedar in WebAssembly. INVARIANT: an instance that has trapped (a stack overflow, a panic) is never
 * called again: its stack pointer is lost, and every later call fails. A fresh one takes its place.
 */
export class CedarEngine {
  #cedar: Cedar | undefined
  /** Slice key → the name its parsed set has in the instance, the least recently used first. */
  readonly #parsed = new Map<string, string>()
  readonly #slicesMax: number

  constructor(slicesMax = SLICES_MAX) {
    this.#slicesMax = slicesMax
  }

  /** Runs `work` on the instance; what it throws means that the instance is gone. */
  call<Result>(work: (cedar: Cedar) => Result): Result {
    this.#cedar ??= loadCedar()
    try {
      return work(this.#cedar)
    } catch (error) {
      this.#cedar = undefined
      this.#parsed.clear()
      throw error
    }
  }

  /** Evaluates; throws when Cedar refuses the request or traps. */
  evaluate(slice: PolicySlice, request: CedarRequest): CedarAnswer {
    const answer = this.call((cedar) => {
      const preparsedPolicySetId = this.#prepare(cedar, slice)
      return cedar.statefulIsAuthorized({ ...request, preparsedPolicySetId })
    })
    if (answer.type === 'failure') throw new Error(messageOf(answer.errors))
    const { decision, diagnostics } = answer.response
    return {
      allowed: decision === 'allow',
      policies: diagnostics.reason.toSorted(),
      errors: diagnostics.errors.map(({ policyId, error }) => ({
        policy: policyId,
        message: error.message,
      })),
    }
  }

  #prepare(cedar: Cedar, { key, policies }: PolicySlice): string {
    const known = this.#parsed.get(key)
    if (known !== undefined) {
      this.#parsed.delete(key)
      this.#parsed.set(key, known)
      return known
    }
    const name = this.#freeName()
    const answer = cedar.preparsePolicySet(name, { staticPolicies: { ...policies } })
    // A refused set leaves the name as it was; nothing may find it there.
    if (answer.type === 'failure') throw new Error(messageOf(answer.errors))
    this.#parsed.set(key, name)
    return name
  }

  #freeName(): string {
    if (this.#parsed.size < this.#slicesMax) return `slice-${this.#parsed.size}`
    const [oldest] = this.#parsed
    if (oldest === undefined) return 'slice-0'
    this.#parsed.delete(oldest[0])
    return oldest[1]
  }
}

export function messageOf(errors: readonly { readonly message: string }[]): string {
  return errors.map(({ message }) => message).join('; ') || 'no reason given'
}

/**
 * A new instance: the CommonJS build compiles 4.3 MB in some 20 ms when it is first evaluated, so it is
 * neither imported at start-up nor shared through the module cache.
 */
function loadCedar(): Cedar {
  const require = createRequire(import.meta.url)
  const name = '@cedar-policy/cedar-wasm/nodejs'
  delete require.cache[require.resolve(name)]
  return require(name) as Cedar
}
