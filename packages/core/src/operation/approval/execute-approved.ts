import type { CanonicalJson } from '@claviger/bytes'
import { KeeperError } from '../../error.ts'
import type { Action } from '../../policy/action.ts'
import type { RequestContext, Session } from '../../principal/principal.ts'
import type { Keeper } from '../execute.ts'
import { createGroup } from '../group/create-group.ts'
import { deleteGroup } from '../group/delete-group.ts'
import { updateGroup } from '../group/update-group.ts'
import { activateKey } from '../key/activate-key.ts'
import { cancelDestroyKey } from '../key/cancel-destroy-key.ts'
import { createKey } from '../key/create-key.ts'
import { deleteMaterial } from '../key/delete-material.ts'
import { destroyKey } from '../key/destroy-key.ts'
import { resumeKey } from '../key/resume-key.ts'
import { rotateKey } from '../key/rotate-key.ts'
import { setRotation } from '../key/set-rotation.ts'
import { updateKey } from '../key/update-key.ts'
import type {
  ExecuteOptions,
  ManagementAnswer,
  ManagementOperation,
  TargetKind,
} from '../management-operation.ts'
import { destroyObject, resumeObject } from '../object/move-object.ts'
import { updateObject } from '../object/update-object.ts'
import { deletePolicy } from '../policy/delete-policy.ts'
import { putPolicy } from '../policy/put-policy.ts'
import { createPrincipal } from '../principal/create-principal.ts'
import { updatePrincipal } from '../principal/update-principal.ts'
import { deleteQuorum } from '../quorum/get-quorum.ts'
import { installGuards } from '../quorum/install-guards.ts'
import { createQuorum, updateQuorum } from '../quorum/write-quorum.ts'
import { shredTenant } from '../tenant/shred-tenant.ts'
import type { DescribedApproval } from './described-approval.ts'
import { type ApprovalInput, getApproval } from './get-approval.ts'

interface Kept {
  readonly keeper: Keeper
  readonly session: Session
  readonly input: CanonicalJson
  readonly request: RequestContext
  readonly options: ExecuteOptions<unknown>
}

type Run = (kept: Kept) => Promise<ManagementAnswer<unknown>>

/** `execute` checks all that it is given, as it does when a protocol gives it. */
function by<Kind extends TargetKind, Input, Output>(
  operation: ManagementOperation<Kind, Input, Output>,
): Run {
  return ({ keeper, session, input, request, options }) =>
    keeper.execute(session, operation, input as Input, request, options)
}

/**
 * What can be made again from what a request keeps of it. Left out: what takes material or a public key, of
 * which a request keeps the hash; what answers a secret, which only who asks for it may get; uses of keys.
 */
const RUNS: ReadonlyMap<Action, Run> = new Map<Action, Run>([
  ['key.create', by(createKey)],
  ['key.delete-material', by(deleteMaterial)],
  ['key.activate', by(activateKey)],
  ['key.rotate', by(rotateKey)],
  ['key.resume', by(resumeKey)],
  ['key.destroy', by(destroyKey)],
  ['key.cancel-destroy', by(cancelDestroyKey)],
  [
    'key.update',
    (kept) => (hasMember(kept.input, 'periodDays') ? by(setRotation) : by(updateKey))(kept),
  ],
  ['object.update', by(updateObject)],
  ['object.resume', by(resumeObject)],
  ['object.destroy', by(destroyObject)],
  ['principal.create', by(createPrincipal)],
  ['principal.update', by(updatePrincipal)],
  ['policy.put', by(putPolicy)],
  ['policy.delete', by(deletePolicy)],
  ['group.create', by(createGroup)],
  ['group.update', by(updateGroup)],
  ['group.delete', by(deleteGroup)],
  [
    'quorum.create',
    (kept) => (hasMember(kept.input, 'actions') ? by(createQuorum) : by(installGuards))(kept),
  ],
  ['quorum.update', by(updateQuorum)],
  ['quorum.delete', by(deleteQuorum)],
  ['tenant.shred', by(shredTenant)],
])

/**
 * Makes the call that a request keeps, for whoever asked for it: the same as repeating it, so everything
 * that is asked of a call is asked again.
 */
export async function executeApproved(
  keeper: Keeper,
  session: Session,
  input: ApprovalInput,
  request: RequestContext,
): Promise<ManagementAnswer<DescribedApproval>> {
  const { output } = await keeper.execute(session, getApproval, input, request)
  const { content } = output.approval
  if (content.requester.id !== session.principal) {
    throw new KeeperError('denied', 'only who made a request executes it')
  }
  if (output.status !== 'pending' && output.status !== 'approved') {
    throw new KeeperError('wrong-state', `the request is ${output.status}`)
  }
  const run = RUNS.get(content.action)
  if (run === undefined || hasHash(content.input)) {
    throw new KeeperError(
      'unsupported',
      'the request does not keep all of this call; repeat the call itself',
    )
  }
  const { revision } = content.target
  const { entry } = await run({
    keeper,
    session,
    input: content.input,
    request: content.reason === '' ? request : { ...request, reason: content.reason },
    // A thing that has changed is another one: refused here rather than asked for anew.
    options: revision === 0 ? {} : { expectedRevision: revision },
  })
  const done = await keeper.execute(session, getApproval, input, request)
  return { output: done.output, entry }
}

function hasMember(input: CanonicalJson, name: string): boolean {
  return typeof input === 'object' && input !== null && Object.hasOwn(input, name)
}

/** Whether bytes or a long text stand in it by their hash (`approvableInput`). */
function hasHash(input: CanonicalJson): boolean {
  if (typeof input !== 'object' || input === null) return false
  const members = Object.values(input)
  // Labels and contexts may be called so too, but have texts only.
  if (hasMember(input, 'sha256') && members.some((member) => typeof member === 'number'))
    return true
  return members.some(hasHash)
}
