import type { MaybePromise } from '../custody/custody.ts'
import type { Action } from '../policy/action.ts'
import type { ApprovalGate, GuardedCall, Passage } from './approval-gate.ts'
import type { DataCall, DataOperation } from './data-operation.ts'
import type { KeyRef, LoadedKey } from './key-cache.ts'
import type { Admitted } from './open-key.ts'

/**
 * The quorums that a data operation needs: its own key's, and those of the keys that its items need beside
 * it. What is approved is the whole call, item by item.
 */
export async function passItems<Item>(
  gate: ApprovalGate,
  operation: DataOperation<Item, unknown>,
  { items, dryRun = false }: DataCall<Item>,
  { loaded, session, request }: Admitted,
  load: (key: KeyRef) => MaybePromise<LoadedKey | undefined>,
): Promise<readonly Passage[] | undefined> {
  if (!(await gate.isGuarding(session))) return undefined
  const shown = items.map((item) => operation.approvable?.(item) ?? item)
  const input = { by: operation.action, under: loaded.key.id, items: shown }
  const asked = new Map<string, GuardedCall>()
  const ask = (action: Action, { resource }: LoadedKey) =>
    asked.set(`${action} ${resource.id}`, { session, action, resource, input, request, dryRun })
  ask(operation.action, loaded)
  for (const item of items) {
    const other = operation.other?.(item, loaded.key)
    const second = other && (await load(other.key))
    // One that is not there is refused where it is opened.
    if (other === undefined || second === undefined) continue
    ask('use' in other ? other.use.action : 'key.export', second)
  }
  const passages: Passage[] = []
  for (const call of asked.values()) {
    const passage = await gate.pass(call)
    if (passage !== undefined) passages.push(passage)
  }
  return passages
}
