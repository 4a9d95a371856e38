import { KeeperError } from '../../error.ts'
import { STATE_PERMISSIONS } from '../../key/state.ts'
import { effectiveObjectState } from '../../object/lifecycle.ts'
import type { ManagementOperation } from '../management-operation.ts'

export interface ReadObjectInput {
  readonly object: string
  readonly acknowledgeRisk?: boolean
}

export interface ReadObjectOutput {
  readonly kind: string
  readonly content: Uint8Array
}

/** Gives an object's content, as its state allows: reading is processing (SP 800-57 pt1 §7). */
export const readObject: ManagementOperation<'object', ReadObjectInput, ReadObjectOutput> = {
  action: 'object.read',
  target: ({ object }) => ({ kind: 'object', ref: object }),
  run: (scope, input) => {
    const { value } = scope.subject
    const state = effectiveObjectState(value, scope.now)
    const permission = STATE_PERMISSIONS[state].process
    if (permission === 'no' || value.content === undefined) {
      throw new KeeperError(
        'wrong-state',
        `object \`${value.name}\` is ${state} and cannot be read`,
      )
    }
    if (permission === 'risk' && input.acknowledgeRisk !== true) {
      throw new KeeperError(
        'risk-not-acknowledged',
        `object \`${value.name}\` is ${state}; acknowledge the risk to read it`,
      )
    }
    const binding = {
      tenant: value.tenant,
      object: value.id,
      kind: value.kind,
      generation: value.generation,
    }
    const content = scope.ports.custody.openContent(scope.permit, binding, value.content)
    return { output: { kind: value.kind, content } }
  },
}
