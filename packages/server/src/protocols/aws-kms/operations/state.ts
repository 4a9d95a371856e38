import * as core from '@claviger/core'
import type { AwsOperation } from '../call.ts'
import { changeDocument } from '../document-change.ts'
import { type AwsKey, resolveKey } from '../key-reference.ts'
import { invalidState, type KeyStatus, wrongState } from '../key-status.ts'
import { permitted } from '../permitted.ts'
import { closeRegion, keepingTo, marking, recordOnly } from '../region-change.ts'

/** Developer guide, "Key states": these two calls are for keys that are neither awaited nor on their way out. */
const inPlace =
  ({ arn }: AwsKey) =>
  ({ state }: KeyStatus): void => {
    if (state === 'Enabled' || state === 'Disabled' || state === 'Unavailable') return
    throw wrongState(arn, state)
  }

/** Disabled here is suspended for every other door; once more changes nothing. */
export const disableKey: AwsOperation = async (call) => {
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request, status } = await permitted(call, key, { assert: inPlace(key) })
  const { loaded, regions } = status
  const suspended = loaded.key.suspension !== undefined
  if (key.document.disabled === true || (suspended && regions.length <= 1)) {
    await recordOnly(call, key, request)
  } else {
    await closeRegion(call, key, { status, request }, (document) => ({
      ...document,
      disabled: true,
    }))
  }
  return {}
}

export const enableKey: AwsOperation = async (call) => {
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request, status } = await permitted(call, key, { assert: inPlace(key) })
  const { keeper } = call.ports
  const { session } = call
  const { key: held } = status.loaded
  const { disabled, ...open } = key.document
  if (held.suspension !== undefined) {
    const options = disabled === true ? marking(key, open) : {}
    await keepingTo(key, () =>
      keeper.execute(session, core.resumeKey, { key: key.id }, request, options),
    )
  } else if (disabled === true) {
    await changeDocument(call, key, request, ({ disabled: _over, ...document }) => document)
  } else if (held.currentVersion === 0) {
    // Made by another door, and never activated.
    await keepingTo(key, () => keeper.execute(session, core.activateKey, { key: key.id }, request))
  } else {
    await recordOnly(call, key, request)
    assertInForce(key, status)
  }
  return {}
}

/** A key whose period is over stays what it is: neither this door nor any other brings it back. */
function assertInForce({ arn }: AwsKey, { state }: KeyStatus): void {
  if (state !== 'Disabled') return
  throw invalidState(`${arn} is past the period in which it may be used; rotate it instead.`)
}
