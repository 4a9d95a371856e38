import type { ValidationAnswer } from '@cedar-policy/cedar-wasm/nodejs'
import { KeeperError } from '@claviger/core'
import type { CedarEngine } from './cedar-engine.ts'
import { assertBounded, lineAt } from './policy-bounds.ts'
import { SCHEMA } from './schema.ts'

const MESSAGE_LENGTH_MAX = 400

interface Fault {
  readonly message: string
  readonly help: string | null
  readonly sourceLocations?: readonly { readonly start: number; readonly label?: string | null }[]
}

/** Parses a document and holds it against the schema, strictly: what can never apply is refused too. */
export function checkPolicy(engine: CedarEngine, text: string): void {
  assertBounded(text)
  if (!text.isWellFormed()) {
    throw new KeeperError('invalid-input', 'a policy must be well-formed Unicode text')
  }
  const [fault] = faultsOf(validate(engine, text))
  if (fault !== undefined) throw refusal(text, fault)
}

function validate(engine: CedarEngine, text: string): ValidationAnswer {
  try {
    return engine.call((cedar) =>
      cedar.validate({ schema: SCHEMA, policies: { staticPolicies: text } }),
    )
  } catch (cause) {
    // The engine was lost over it; whatever it was, it must not come into force.
    throw new KeeperError('invalid-input', 'the policy is too complicated; split it', { cause })
  }
}

function faultsOf(answer: ValidationAnswer): readonly Fault[] {
  if (answer.type === 'failure') return answer.errors
  const { validationErrors, validationWarnings, otherWarnings } = answer
  return [
    ...validationErrors.map(({ error }) => error),
    ...validationWarnings.map(({ error }) => error),
    ...otherWarnings,
  ]
}

function refusal(text: string, { message, help, sourceLocations }: Fault): KeeperError {
  const [place] = sourceLocations ?? []
  const line = place === undefined ? undefined : lineAt(text, characterAt(text, place.start))
  const parts = [message.replace(/^for policy `[^`]*`[,:] /, ''), place?.label, help]
  const why = parts
    .filter((part) => typeof part === 'string' && part !== '')
    .join('; ')
    .replaceAll(/\s+/g, ' ')
    .slice(0, MESSAGE_LENGTH_MAX)
  return new KeeperError(
    'invalid-input',
    line === undefined ? why : `line ${line}: ${why}`,
    line === undefined ? {} : { details: { line } },
  )
}

/** Cedar counts bytes of UTF-8. */
function characterAt(text: string, offset: number): number {
  return Buffer.from(text).subarray(0, offset).toString().length
}
