import { invalidInput } from '../error.ts'
import type { HashName } from '../hash.ts'
import type { DeriveMechanism } from '../mechanism.ts'
import {
  cmacPrf,
  hkdf,
  hmacPrf,
  kbkdfCounter,
  kbkdfFixedInput,
  oneStepHash,
  oneStepHmac,
} from './derive.ts'

/** Which members a mechanism reads: HKDF salt and info; KBKDF label and context; one-step salt and info. */
export type DeriveInput = {
  readonly lengthBytes: number
  /** HKDF and the HMAC one-step. */
  readonly salt?: Uint8Array
  /** HKDF's info; FixedInfo of the one-step. */
  readonly info?: Uint8Array
  /** KBKDF. */
  readonly label?: Uint8Array
  /** KBKDF. */
  readonly context?: Uint8Array
}

const EMPTY = new Uint8Array()

/** Derives with no regard to admission or self-tests. */
export function deriveWith(
  mechanism: DeriveMechanism,
  secret: Uint8Array,
  input: DeriveInput,
): Uint8Array {
  assertMembers(mechanism, input)
  const { lengthBytes, salt, info = EMPTY, label = EMPTY, context = EMPTY } = input
  switch (mechanism) {
    case 'hkdf-sha256':
    case 'hkdf-sha384':
    case 'hkdf-sha512':
      return hkdf(hashOf(mechanism), secret, salt ?? EMPTY, info, lengthBytes)
    case 'kbkdf-hmac-sha256':
    case 'kbkdf-hmac-sha384':
    case 'kbkdf-hmac-sha512': {
      const fixed = kbkdfFixedInput(label, context, lengthBytes)
      return kbkdfCounter(hmacPrf(hashOf(mechanism)), secret, fixed, lengthBytes)
    }
    case 'kbkdf-cmac': {
      if (secret.length !== 16 && secret.length !== 24 && secret.length !== 32) {
        throw invalidInput('secret is not an AES key')
      }
      return kbkdfCounter(
        cmacPrf,
        secret,
        kbkdfFixedInput(label, context, lengthBytes),
        lengthBytes,
      )
    }
    case 'onestep-sha256':
    case 'onestep-sha384':
    case 'onestep-sha512':
      return oneStepHash(hashOf(mechanism), secret, info, lengthBytes)
    case 'onestep-hmac-sha256':
      return oneStepHmac('sha256', secret, salt, info, lengthBytes)
  }
}

/** A member that would be ignored is refused: the caller believes it separates the outputs. */
function assertMembers(mechanism: DeriveMechanism, input: DeriveInput): void {
  const isKbkdf = mechanism.startsWith('kbkdf-')
  if (!isKbkdf && (input.label !== undefined || input.context !== undefined)) {
    throw invalidInput('mechanism takes no label or context')
  }
  if (isKbkdf && (input.salt !== undefined || input.info !== undefined)) {
    throw invalidInput('mechanism takes no salt or info')
  }
  const isPlainHash = mechanism.startsWith('onestep-sha')
  if (isPlainHash && input.salt !== undefined) throw invalidInput('mechanism takes no salt')
}

function hashOf(mechanism: DeriveMechanism): HashName {
  return mechanism.slice(mechanism.lastIndexOf('-') + 1) as HashName
}
