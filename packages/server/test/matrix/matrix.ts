import { encodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import { encodeCiphertext, encodeCiphertextText } from '@claviger/envelope'
import { signRequest } from '@claviger/sigv4'
import { nodeCrypto } from '../../../sigv4/test/node-crypto.ts'
import { DATA_ROUTES } from '../../src/protocols/rest/data-routes.ts'
import type { Route } from '../../src/protocols/rest/route.ts'
import { MANAGEMENT_ROUTES } from '../../src/protocols/rest/routes.ts'
import { AWS_KEY_CALLS, AWS_OTHER_CALLS } from './aws-calls.ts'
import { type Answer, type Caller, MatrixWorld } from './matrix-world.ts'
import {
  expected,
  type Kind,
  KINDS,
  type MatrixState,
  type Outcome,
  type Ruled,
  STATES,
} from './matrix-rules.ts'
import {
  type Probe,
  REST_KEY_CALLS,
  REST_NOT_REHEARSED,
  REST_OTHER_CALLS,
  type RestCall,
} from './rest-calls.ts'

/** One call of one caller, of a key in one state or of something else. */
export interface Cell {
  readonly name: string
  readonly expected: Outcome
  readonly ask: () => Promise<Answer>
}

interface Target extends Probe {
  readonly state: MatrixState
}

const SPECS: Readonly<Record<Kind, Pick<core.CreateKeyInput, 'spec' | 'purpose'>>> = {
  encrypt: { spec: 'aes-256', purpose: 'encrypt' },
  sign: { spec: 'ec-p256', purpose: 'sign' },
  mac: { spec: 'hmac-sha256', purpose: 'mac' },
  wrap: { spec: 'aes-256', purpose: 'wrap' },
  derive: { spec: 'kdk-256', purpose: 'derive' },
  agree: { spec: 'ec-p256', purpose: 'agree' },
  encapsulate: { spec: 'ml-kem-768', purpose: 'encapsulate' },
  imported: { spec: 'aes-256', purpose: 'encrypt' },
}
/** What AWS KMS has a word for. */
const AWS_KINDS: readonly Kind[] = ['encrypt', 'sign', 'mac', 'agree', 'imported']
const MISSING = '01900000-0000-7000-8000-000000000000'
const HOST = 'keeper.example'
const AT_ONCE = 64

/** The keeper with a key of each kind in each state, and everybody who may call. */
export class Matrix {
  readonly world: MatrixWorld
  readonly complaints: readonly string[]
  readonly #callers: readonly Caller[]
  readonly #targets: readonly Target[]

  private constructor(
    world: MatrixWorld,
    complaints: readonly string[],
    callers: readonly Caller[],
    targets: readonly Target[],
  ) {
    this.world = world
    this.complaints = complaints
    this.#callers = callers
    this.#targets = targets
  }

  static async open(): Promise<Matrix> {
    const complaints: string[] = []
    const world = await MatrixWorld.open(complaints)
    const callers = await world.callers()
    const targets: Target[] = []
    for (const kind of KINDS) {
      for (const state of STATES) targets.push(await makeTarget(world, kind, state))
    }
    return new Matrix(world, complaints, callers, targets)
  }

  close(): Promise<void> {
    return this.world.close()
  }

  *restKeyCells(): Generator<Cell> {
    for (const [id, call] of Object.entries(REST_KEY_CALLS)) {
      for (const target of this.#targets) {
        for (const caller of this.#callers) {
          yield this.#cell(`REST ${id}`, call, caller, target, () =>
            this.#askRest(id, call, caller, target),
          )
        }
      }
    }
  }

  *restOtherCells(): Generator<Cell> {
    for (const [id, call] of Object.entries(REST_OTHER_CALLS)) {
      for (const caller of this.#callers) {
        const cell = this.#cell(`REST ${id}`, call, caller, undefined, () =>
          this.#askRest(id, call, caller),
        )
        if (cell.expected !== 'done' || !REST_NOT_REHEARSED.has(id)) yield cell
      }
    }
  }

  /** Who may, of what has no states to go through. */
  *awsOtherCells(): Generator<Cell> {
    for (const [action, call] of Object.entries(AWS_OTHER_CALLS)) {
      const { kinds = [], of: wanted = 'active' } = call
      const target = this.#targets.find(
        ({ kind, state }) => kinds.includes(kind) && state === wanted,
      )
      if (target === undefined) continue
      const input = { ...(call.bare !== true && { KeyId: target.key }), ...call.input?.(target) }
      for (const caller of this.#signers()) {
        yield this.#cell(`AWS ${action}`, call, caller, target, () =>
          this.#askAws(action, input, caller),
        )
      }
    }
  }

  /** Nobody signs by a certificate. */
  #signers(): readonly Caller[] {
    return this.#callers.filter(({ strength }) => strength !== 'certificate')
  }

  *awsCells(): Generator<Cell> {
    for (const [action, call] of Object.entries(AWS_KEY_CALLS)) {
      for (const target of this.#targets.filter(({ kind }) => AWS_KINDS.includes(kind))) {
        const input = { KeyId: target.key, ...call.input?.(target) }
        for (const caller of this.#signers()) {
          yield this.#cell(`AWS ${action}`, call, caller, target, () =>
            this.#askAws(action, input, caller),
          )
        }
      }
    }
  }

  #cell(
    called: string,
    call: Ruled,
    caller: Caller,
    target: Target | undefined,
    ask: () => Promise<Answer>,
  ): Cell {
    const { roles, strength } = caller
    const who = `${roles.join('+') || 'nobody'} by ${strength}`
    const what = target === undefined ? '' : ` of ${target.kind} ${target.state}`
    const outcome = expected(call, caller, target?.state, target?.kind)
    return { name: `${called}${what}: ${who}`, expected: outcome, ask }
  }

  #askRest(id: string, call: RestCall, caller: Caller, target?: Target): Promise<Answer> {
    const { method, path } = routeOf(id)
    const url = path
      .replace('{key}', target?.key ?? MISSING)
      .replace('{index}', '99999999')
      .replace('{protocol}', 'aws-kms')
      .replaceAll(/\{(?:policy|group|quorum)\}/g, 'not-there')
      .replaceAll(/\{\w+\}/g, MISSING)
    const body = call.body?.(target ?? ({} as Probe))
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers = {
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': String(text.length),
      }),
      ...(caller.token !== undefined && { authorization: `Bearer ${caller.token}` }),
    }
    return this.world.ask('rest', method, url, headers, text, caller.certificate)
  }

  #askAws(action: string, input: object, { access }: Caller): Promise<Answer> {
    const text = JSON.stringify(input)
    const body = Buffer.from(text)
    const headers = {
      host: HOST,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${action}`,
      'content-length': String(body.length),
    }
    const signed =
      access === undefined
        ? {}
        : signRequest(
            nodeCrypto,
            { method: 'POST', target: '/', headers, body },
            {
              accessKeyId: access.accessKeyId,
              secret: Buffer.from(access.secretAccessKey),
              region: 'us-east-1',
              service: 'kms',
              now: this.world.clock.at,
            },
          )
    return this.world.ask('aws', 'POST', '/', { ...headers, ...signed }, text)
  }
}

/** Whoever may gets past the decision, whatever becomes of it then. */
export function isLetIn(outcome: string, { expected: wanted }: Cell): boolean {
  if (wanted === 'denied' || wanted === 'unknown') return outcome === wanted
  return (
    outcome !== 'denied' &&
    outcome !== 'unknown' &&
    outcome !== 'internal' &&
    outcome !== 'KMSInternalException'
  )
}

function routeOf(id: string): Pick<Route, 'method' | 'path'> {
  if (id in DATA_ROUTES) {
    const { segment } = DATA_ROUTES[id as keyof typeof DATA_ROUTES]
    return { method: 'POST', path: `/v1/keys/{key}/${segment}` }
  }
  return MANAGEMENT_ROUTES[id as keyof typeof MANAGEMENT_ROUTES]
}

/** A key of its own for each kind and state, moved there as anybody would. */
async function makeTarget(world: MatrixWorld, kind: Kind, state: MatrixState): Promise<Target> {
  const name = `${kind}/${state}`
  const activate = state !== 'pre-active'
  const wish = { name, ...SPECS[kind], activate }
  const material = { format: 'raw', data: new Uint8Array(32).fill(7) } as const
  const { key } =
    kind === 'imported'
      ? await world.make(core.importKey, { ...wish, material })
      : await world.make(core.createKey, wish)
  const reason = 'test'
  if (state === 'suspended') await world.make(core.suspendKey, { key: name, reason })
  if (state === 'scheduled') await world.make(core.destroyKey, { key: name, windowDays: 7 })
  if (state === 'deactivated') await world.make(core.deactivateKey, { key: name, reason })
  if (state === 'compromised') {
    await world.make(core.revokeKey, { key: name, reason: 'key-compromise' })
  }
  if (state === 'destroyed') await world.make(core.destroyKey, { key: name, windowDays: 0 })
  const envelope = {
    kind: 'ciphertext',
    mechanism: 'aes-gcm',
    key: key.id,
    version: 1,
    iv: new Uint8Array(12),
    ciphertext: new Uint8Array(32),
  } as const
  const ciphertext = encodeCiphertextText(envelope)
  const blob = encodeBase64(encodeCiphertext(envelope))
  return { key: key.id, kind, state, ciphertext, blob }
}

/** Codes of a call that was allowed, and that the key is not for, or not now. */
const REFUSED = [
  'wrong-state',
  'wrong-usage',
  'period-over',
  'risk-not-acknowledged',
  'unsupported',
  'DisabledException',
  'KMSInvalidStateException',
  'InvalidKeyUsageException',
  'UnsupportedOperationException',
  // A destroyed key is not there any more for AWS.
  'NotFoundException',
]
const UNKNOWN = [
  'unauthenticated',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
  'ExpiredTokenException',
  'InvalidClientTokenId',
]
/** The key did its work, and what it was given is not of its making; or the rehearsal went to its end. */
const DONE = [
  'dry-run',
  'authentication-failed',
  'InvalidCiphertextException',
  'KMSInvalidSignatureException',
  'KMSInvalidMacException',
  'DryRunOperationException',
]

/** One of `Outcome`, or the code of an answer that no rule has. */
export function outcomeOf({ status, body }: Answer): string {
  const code = textIn(body, 'code', '__type') ?? `${status}`
  if (status < 300 || DONE.includes(code)) return 'done'
  if (code === 'denied' || code === 'AccessDeniedException') return 'denied'
  if (UNKNOWN.includes(code)) return 'unknown'
  return REFUSED.includes(code) ? 'refused' : code
}

function textIn(body: Answer['body'], ...names: readonly string[]): string | undefined {
  for (const name of names) if (typeof body[name] === 'string') return body[name]
  return undefined
}

export interface Counted {
  readonly cells: number
  /** Cells that turned: what was expected, and what came. */
  readonly red: readonly string[]
}

/** Asks for every cell, some at once. */
export async function color(
  cells: Iterator<Cell>,
  isAs: (outcome: string, cell: Cell) => boolean = (outcome, cell) => outcome === cell.expected,
): Promise<Counted> {
  let count = 0
  const red: string[] = []
  const work = async (): Promise<void> => {
    for (let next = cells.next(); !next.done; next = cells.next()) {
      const cell = next.value
      count++
      const answer = await cell.ask()
      const outcome = outcomeOf(answer)
      if (isAs(outcome, cell)) continue
      const told = textIn(answer.body, 'detail', 'message') ?? ''
      red.push(`${cell.name}: ${outcome}, not ${cell.expected} (${told})`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { cells: count, red }
}
