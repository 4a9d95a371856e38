import type {
  NewSeal,
  SealCredential,
  SealMethod,
  SealStatus,
  ShareCheck,
} from '../../custody/seal.ts'
import type { SecretBytes } from '@claviger/bytes'
import type { ManagementOperation } from '../management-operation.ts'

/*
 * The seal is not in the store: these operations act through its port, which keeps its own state durable,
 * and only their record goes the common way.
 */

export interface UnsealInput {
  readonly credential: SealCredential
  /** Address of whoever gives it. */
  readonly peer?: string
}

/** Gives one share or the passphrase; the holder of a share needs no other credential. */
export const unseal: ManagementOperation<'seal', UnsealInput, SealStatus> = {
  action: 'seal.unseal',
  target: () => ({ kind: 'seal', ref: 'root' }),
  whileSealed: 'keeper',
  run: async ({ ports }, { credential, peer }) => {
    const status = await ports.seal.unseal(credential, peer)
    return { output: status, details: { sealed: status.sealed, kind: credential.kind } }
  },
}

/** Wipes the root, every KEK and all open material; from then on nothing but unsealing is served. */
export const seal: ManagementOperation<'seal', Record<never, never>, SealStatus> = {
  action: 'seal.seal',
  target: () => ({ kind: 'seal', ref: 'root' }),
  run: ({ ports }) => ({
    output: { ...ports.seal.status(), sealed: true },
    after: () => ports.seal.seal(),
  }),
}

export interface RekeyInput {
  readonly method: SealMethod
  readonly authorization: readonly SealCredential[]
}

/** New shares, a new passphrase or another kind of seal; data below the KEKs is not touched. */
export const rekey: ManagementOperation<'seal', RekeyInput, NewSeal> = {
  action: 'seal.rekey',
  target: () => ({ kind: 'seal', ref: 'root' }),
  run: async ({ ports }, { method, authorization }) => {
    const made = await ports.seal.rekey(method, authorization)
    return { output: made, details: { kind: method.kind, generation: made.status.generation } }
  },
}

export interface ConfirmRekeyInput {
  readonly proof: readonly SealCredential[]
}

/** Puts new shares in force once a threshold of them has come back. */
export const confirmRekey: ManagementOperation<'seal', ConfirmRekeyInput, SealStatus> = {
  action: 'seal.rekey',
  target: () => ({ kind: 'seal', ref: 'root' }),
  run: async ({ ports }, { proof }) => ({
    output: await ports.seal.confirmRekey(proof),
    details: { confirmed: true },
  }),
}

export const cancelRekey: ManagementOperation<'seal', Record<never, never>, SealStatus> = {
  action: 'seal.rekey',
  target: () => ({ kind: 'seal', ref: 'root' }),
  run: async ({ ports }) => ({
    output: await ports.seal.cancelRekey(),
    details: { cancelled: true },
  }),
}

export interface RotateRootInput {
  readonly authorization: readonly SealCredential[]
}

/** A fresh root key, under which every tenant's keys are wrapped anew. */
export const rotateRoot: ManagementOperation<'seal', RotateRootInput, SealStatus> = {
  action: 'seal.rotate-root',
  target: () => ({ kind: 'seal', ref: 'root' }),
  run: async ({ ports }, { authorization }) => {
    const status = await ports.seal.rotateRoot(authorization)
    return { output: status, details: { rootGeneration: status.rootGeneration } }
  },
}

export interface CheckShareInput {
  readonly share: SecretBytes
}

/** Tells whether a share would still do, without unsealing anything. */
export const checkShare: ManagementOperation<'seal', CheckShareInput, ShareCheck> = {
  action: 'seal.check-share',
  target: () => ({ kind: 'seal', ref: 'root' }),
  whileSealed: 'keeper',
  run: ({ ports }, { share }) => {
    const check = ports.seal.checkShare(share)
    return { output: check, details: { valid: check.valid, problem: check.problem ?? '' } }
  },
}
