import type { ValidationAnswer } from '@cedar-policy/cedar-wasm/nodejs'
import {
  isKeeperError,
  KeeperError,
  type NamedPrincipal,
  type PolicyFault,
  type PolicyInspection,
} from '@claviger/core'
import type { CedarEngine } from './cedar-engine.ts'
import { assertBounded, placeAt } from './policy-bounds.ts'
import { SCHEMA } from './schema.ts'

const MESSAGE_LENGTH_MAX = 400
const FAULTS_MAX = 64

interface Fault {
  readonly message: string
  readonly help: string | null
  readonly sourceLocations?: readonly { readonly start: number; readonly label?: string | null }[]
}

/** Parses a document and holds it against the schema, strictly: what can never apply is refused too. */
export function checkPolicy(engine: CedarEngine, text: string): void {
  assertReadable(text)
  const [fault] = faultsOf(validate(engine, text))
  if (fault !== undefined) throw refusal(described(text, fault))
}

function assertReadable(text: string): void {
  assertBounded(text)
  if (text.isWellFormed()) return
  throw new KeeperError('invalid-input', 'a policy must be well-formed Unicode text')
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

/** What is wrong, in one line, and where. */
function described(text: string, { message, help, sourceLocations }: Fault): PolicyFault {
  const [place] = sourceLocations ?? []
  const parts = [message.replace(/^for policy `[^`]*`[,:] /, ''), place?.label, help]
  const why = parts
    .filter((part) => typeof part === 'string' && part !== '')
    .join('; ')
    .replaceAll(/\s+/g, ' ')
    .slice(0, MESSAGE_LENGTH_MAX)
  const at = place === undefined ? undefined : placeAt(text, characterAt(text, place.start))
  return { severity: 'error', message: why, ...at }
}

function refusal({ message, line, column }: PolicyFault): KeeperError {
  if (line === undefined || column === undefined) return new KeeperError('invalid-input', message)
  const details = { line, column }
  return new KeeperError('invalid-input', `line ${line}: ${message}`, { details })
}

/** Cedar counts bytes of UTF-8. */
function characterAt(text: string, offset: number): number {
  return Buffer.from(text).subarray(0, offset).toString().length
}

/** As `checkPolicy`, but tells everything it finds, and whom the text names. */
export function inspectPolicy(engine: CedarEngine, text: string): PolicyInspection {
  try {
    assertReadable(text)
    const faults = faultsOf(validate(engine, text)).map((fault) => described(text, fault))
    return { faults: faults.slice(0, FAULTS_MAX), principals: principalsIn(text) }
  } catch (error) {
    if (!isKeeperError(error)) throw error
    const { line, column } = error.details
    const at = typeof line === 'number' && typeof column === 'number' ? { line, column } : undefined
    const message = error.message.replace(/^line \d+: /, '')
    return { faults: [{ severity: 'error', message, ...at }], principals: [] }
  }
}

/** Comments and other strings first, so that what stands in them names nobody. */
const NAMED = /\/\/[^\n]*|\bPrincipal\s*::\s*"((?:[^"\\]|\\[^])*)"|"(?:[^"\\]|\\[^])*"/g

function principalsIn(text: string): readonly NamedPrincipal[] {
  const named: NamedPrincipal[] = []
  for (const { 1: id, index } of text.matchAll(NAMED)) {
    if (id === undefined || named.length >= FAULTS_MAX) continue
    named.push({ id, ...placeAt(text, index) })
  }
  return named
}
