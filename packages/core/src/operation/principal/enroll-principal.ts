import type { ApproverKey } from '../../approval/approver-key.ts'
import { KeeperError } from '../../error.ts'
import type { Principal } from '../../principal/principal.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { assertNotEmergency } from './assert-not-emergency.ts'
import type { DescribedPrincipal } from './described-principal.ts'

const APPROVER_KEYS_MAX = 8

export interface EnrollPrincipalInput {
  readonly principal: string
  /** Public keys, PEM or DER: Ed25519 or P-256. Replaces all that were there. */
  readonly keys: readonly Uint8Array[]
  readonly passkeys?: readonly PasskeyInput[]
}

export interface PasskeyInput {
  readonly credential: Uint8Array
  /** COSE_Key, or SubjectPublicKeyInfo: Ed25519 or P-256. */
  readonly publicKey: Uint8Array
}

/** Says which keys a person signs approvals by; for a member of a quorum's group, it asks that quorum. */
export const enrollPrincipal: ManagementOperation<
  'principal',
  EnrollPrincipalInput,
  DescribedPrincipal
> = {
  action: 'principal.enroll',
  target: ({ principal }) => ({ kind: 'principal', ref: principal }),
  run: ({ subject, tenant, ports, now }, { keys, passkeys = [] }) => {
    assertNotEmergency(subject.value)
    if (keys.length + passkeys.length > APPROVER_KEYS_MAX) {
      throw new KeeperError('too-large', `a principal has at most ${APPROVER_KEYS_MAX} keys`)
    }
    const earlier = subject.value.approverKeys ?? []
    const given = [
      ...keys.map((encoded) => ports.approvals.readKey(encoded)),
      ...passkeys.map((one) => ports.approvals.readPasskey(one.credential, one.publicKey)),
    ]
    if (new Set(given.map(({ id }) => id)).size < given.length) {
      throw new KeeperError('invalid-input', 'one key stands there twice')
    }
    const approverKeys = given.map((key): ApproverKey => {
      const addedAt = earlier.find((known) => isSame(known, key))?.addedAt ?? now
      return { ...key, addedAt }
    })
    const principal: Principal = { ...subject.value, approverKeys }
    return {
      output: { principal, revision: subject.revision + 1 },
      puts: [
        { kind: 'principal', tenant, id: subject.id, value: principal, expected: subject.revision },
      ],
      details: { keys: approverKeys.map(({ id }) => id) },
    }
  },
}

function isSame(known: ApproverKey, given: Omit<ApproverKey, 'addedAt'>): boolean {
  return known.id === given.id && known.passkey?.credential === given.passkey?.credential
}
