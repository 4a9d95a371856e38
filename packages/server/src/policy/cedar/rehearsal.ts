import {
  type Action,
  type Authorizer,
  type Instant,
  KeeperError,
  type PolicyDocument,
  type Role,
  type Session,
} from '@claviger/core'
import { CedarEngine } from './cedar-engine.ts'
import { DecisionCache } from './decision-cache.ts'
import { Evaluation } from './evaluation.ts'
import {
  type NamedPolicy,
  type ParsedPolicy,
  parseBuiltInPolicies,
  parseText,
} from './parsed-policy.ts'
import { TenantPolicies } from './tenant-policies.ts'

const DECISIONS_MAX = 20_000

/**
 * Decides by policies that are not in force. It has an engine of its own: a question about thousands of
 * principals leaves those in use prepared, and what breaks the engine breaks nobody's requests.
 */
export class Rehearsal {
  readonly #engine = new CedarEngine()
  readonly #now: () => Instant
  #builtIn: Readonly<Record<Role, NamedPolicy>> | undefined
  /** Of the latest question, by text: the next is most often about the same ones. */
  #parsed: ReadonlyMap<string, readonly ParsedPolicy[]> = new Map()

  constructor(now: () => Instant) {
    this.#now = now
  }

  over(documents: readonly PolicyDocument[]): Authorizer {
    const policies = this.#parse(documents)
    const evaluation = new Evaluation(this.#engine, () => {})
    return new DecisionCache({
      decisionsMax: DECISIONS_MAX,
      now: this.#now,
      policiesOf: () => policies,
      evaluate: (...question) => evaluation.decide(...question),
    })
  }

  bearing(texts: readonly string[]): (session: Session, action: Action) => boolean {
    const policies = texts.flatMap((text) => parseText(this.#engine, text))
    return (session, action) =>
      policies.some((policy) => policy.covers(action) && policy.concerns(session))
  }

  #parse(documents: readonly PolicyDocument[]): TenantPolicies {
    const parsed = new Map<string, readonly ParsedPolicy[]>()
    for (const { name, text } of documents) {
      try {
        parsed.set(text, this.#parsed.get(text) ?? parseText(this.#engine, text))
      } catch (cause) {
        throw new KeeperError('invalid-input', `policy \`${name}\` does not parse`, { cause })
      }
    }
    this.#parsed = parsed
    this.#builtIn ??= parseBuiltInPolicies(this.#engine)
    return TenantPolicies.loaded(this.#builtIn, documents, parsed)
  }
}
