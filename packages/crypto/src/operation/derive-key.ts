import { admit } from '../admission.ts'
import { unsupported } from '../error.ts'
import { type OpenKey, secretOf } from '../key.ts'
import { type DeriveMechanism, mechanisms } from '../mechanism.ts'
import { type DeriveInput, deriveWith } from '../primitive/derive-mechanism.ts'
import { assertSelfTested } from '../self-test/state.ts'

/** Derives bytes from a derivation key (`kdk-*`). */
export function deriveKey(
  key: OpenKey,
  mechanism: DeriveMechanism,
  input: DeriveInput,
): Uint8Array {
  admit(key, mechanism, 'derive')
  return deriveWith(mechanism, secretOf(key), input)
}

/** Derives bytes from a secret that is not a stored key: a shared secret of `agree` or `decapsulate`. */
export function deriveBytes(
  secret: Uint8Array,
  mechanism: DeriveMechanism,
  input: DeriveInput,
): Uint8Array {
  if (!Object.hasOwn(mechanisms, mechanism))
    throw unsupported('mechanism is not one this build offers')
  assertSelfTested(mechanism)
  return deriveWith(mechanism, secret, input)
}
