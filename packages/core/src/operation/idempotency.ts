import { KeeperError } from '../error.ts'
import type { Session } from '../principal/principal.ts'
import type { Put } from '../storage/store.ts'
import type { ManagementOperation, ManagementScope, TargetKind } from './management-operation.ts'

const IDEMPOTENCY_LIFETIME_MS = 86_400_000

/** What an earlier request made, if it is still there. */
export function madeBefore<Record>(stored: Record | undefined): Record {
  if (stored === undefined) throw new KeeperError('not-found', 'what was created then is gone')
  return stored
}

export function idempotencyId(session: Session, key: string): string {
  return `${session.principal}/${key}`
}

/** What lets a repeat of a creation find its answer. */
export async function idempotencyPut<Kind extends TargetKind, Input, Output>(
  { session, tenant, now, ports }: ManagementScope<Kind>,
  operation: ManagementOperation<Kind, Input, Output>,
  idempotency: { readonly key: string; readonly requestHash: string },
  output: Output,
): Promise<Put> {
  const id = idempotencyId(session, idempotency.key)
  const earlier = await ports.store.get('idempotency', tenant, id)
  const result = { kind: operation.action, id: operation.resultId?.(output) ?? '' }
  return {
    kind: 'idempotency',
    tenant,
    id,
    expected: earlier?.revision ?? 0,
    value: {
      tenant,
      principal: session.principal,
      requestHash: idempotency.requestHash,
      result,
      expiresAt: now + IDEMPOTENCY_LIFETIME_MS,
    },
  }
}
