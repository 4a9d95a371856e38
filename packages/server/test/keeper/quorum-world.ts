import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import * as core from '@claviger/core'
import {
  approvalStatement,
  DEFAULT_TENANT,
  isKeeperError,
  type KeeperError,
  type ManagementOperation,
  type ManagementOptions,
  type Principal,
  type Role,
  type Session,
  type TargetKind,
} from '@claviger/core'
import { makeWorld, REQUEST, sessionOf, type World } from './world.ts'

/** Somebody with a session and a key to approve by. */
export interface Person {
  readonly principal: Principal
  readonly session: Session
  readonly privateKey: KeyObject
  readonly keyId: string
}

export interface QuorumWorld extends World {
  readonly admin: Session
  readonly person: (
    name: string,
    roles?: readonly Role[],
    curve?: 'ed25519' | 'P-256',
  ) => Promise<Person>
  readonly as: <Kind extends TargetKind, Input, Output>(
    session: Session,
    operation: ManagementOperation<Kind, Input, Output>,
    input: Input,
    options?: ManagementOptions,
  ) => Promise<Output>
  /** The request that a guarded call made; fails if the call was not held back. */
  readonly asked: (call: Promise<unknown>) => Promise<core.Approval>
  readonly approve: (person: Person, approval: core.Approval) => Promise<core.DescribedApproval>
}

export function statementSignature(person: Person, approval: core.Approval): Uint8Array {
  const text = Buffer.from(approvalStatement(approval, person.principal.id))
  const { privateKey } = person
  const isEd25519 = privateKey.asymmetricKeyType === 'ed25519'
  return sign(isEd25519 ? null : 'sha256', text, privateKey)
}

export async function refusal(call: Promise<unknown>): Promise<KeeperError> {
  try {
    await call
  } catch (error) {
    if (isKeeperError(error)) return error
    throw error
  }
  throw new Error('it was not refused')
}

export function makeQuorumWorld(
  store?: core.Store,
  authorizer?: core.Authorizer,
  observers?: readonly core.ChangeObserver[],
): QuorumWorld {
  const world = makeWorld(store, authorizer, observers)
  const admin = sessionOf('admin', ['administrator'])
  const as: QuorumWorld['as'] = async (session, operation, input, options) => {
    const done = await world.keeper.execute(session, operation, input, REQUEST, options)
    return done.output
  }
  const person: QuorumWorld['person'] = async (name, roles = ['approver'], curve = 'ed25519') => {
    const kind = 'person'
    const { principal: made } = await as(admin, core.createPrincipal, { name, kind, roles })
    const { publicKey, privateKey } =
      curve === 'ed25519'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', { namedCurve: curve })
    const keys = [publicKey.export({ format: 'der', type: 'spki' })]
    const { principal } = await as(admin, core.enrollPrincipal, { principal: made.id, keys })
    const session: Session = { ...sessionOf(name, roles), principal: principal.id }
    const keyId = principal.approverKeys?.[0]?.id ?? ''
    return { principal, session: Object.freeze(session), privateKey, keyId }
  }
  return {
    ...world,
    admin,
    as,
    person,
    asked: async (call) => {
      const { code, details, message } = await refusal(call)
      if (code !== 'approval-pending') throw new Error(`${code}: ${message}`)
      const id = String(details['approval'])
      const stored = await world.store.get('approval', DEFAULT_TENANT, id)
      if (stored === undefined) throw new Error(`no request ${id}`)
      return stored.value
    },
    approve: (approver, approval) =>
      as(approver.session, core.approve, {
        approval: approval.id,
        key: approver.keyId,
        signature: statementSignature(approver, approval),
      }),
  }
}
