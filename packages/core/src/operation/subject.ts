import type { EventTarget } from '../audit/event.ts'
import type { TenantId } from '../id.ts'
import type { Resource } from '../policy/authorizer.ts'
import type { Subjects, TargetKind, TargetRef } from './management-operation.ts'

type AnySubject = Subjects[TargetKind]

/** What policies see of a target. */
export function resourceOf<Kind extends TargetKind>(
  target: TargetRef<Kind>,
  subject: AnySubject,
  tenant: TenantId,
): Resource {
  if (subject === undefined) {
    const id = target.kind === 'tenant' ? tenant : target.ref
    return {
      kind: target.kind,
      id,
      name: target.ref,
      revision: 0,
      attributes: target.attributes ?? {},
    }
  }
  if ('resource' in subject) return subject.resource
  const { id, revision, value } = subject
  switch (subject.kind) {
    case 'object': {
      const { kind, state, owner, labels } = subject.value
      return {
        kind: 'object',
        id,
        name: subject.value.name,
        revision,
        attributes: { kind, state, owner, labels },
      }
    }
    case 'principal':
    case 'policy':
    case 'group':
    case 'quorum':
      return {
        kind: subject.kind,
        id,
        name: (value as { name: string }).name,
        revision,
        attributes: {},
      }
    case 'approval': {
      const { action, requester } = subject.value.content
      return {
        kind: 'approval',
        id,
        name: id,
        revision,
        attributes: { action, requester: requester.id },
      }
    }
    case 'token':
      return {
        kind: 'token',
        id,
        name: id,
        revision,
        attributes: { principal: subject.value.principal },
      }
  }
}

/** What the log says of a target. */
export function targetOf<Kind extends TargetKind>(
  target: TargetRef<Kind>,
  subject: AnySubject,
  tenant: TenantId,
): EventTarget {
  if (subject !== undefined && 'eventTarget' in subject) return subject.eventTarget
  const { kind, id, name } = resourceOf(target, subject, tenant)
  return { kind, id: subject === undefined ? '' : id, name: name.slice(0, 128) }
}
