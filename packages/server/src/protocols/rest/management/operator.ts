import * as core from '@claviger/core'
import type { RestOptions } from '../ports.ts'
import type { OPERATOR_ROUTES } from '../routes/operator.ts'
import type { SealCredential, SealMethod } from '../schema/seal.ts'
import { parseOptionalInstant } from '../wire-time.ts'
import { backupHandlers } from './backups.ts'
import type { Answer, Handlers } from './handler.ts'
import { LIMIT_DEFAULT, secret } from './input.ts'

/** Who is there from the start if nobody says otherwise: one who governs, one who keeps the keys. */
const FIRST_PRINCIPALS: readonly core.FirstPrincipal[] = [
  { name: 'administrator', roles: ['administrator'], tokenDays: 30 },
  { name: 'officer', roles: ['officer'], tokenDays: 30 },
]
const INDEX = /^(?:0|[1-9]\d{0,14})$/

export function operatorHandlers(options: RestOptions): Handlers<keyof typeof OPERATOR_ROUTES> {
  return {
    ...auditHandlers(options),
    ...backupHandlers(options),
    ...sealHandlers(options),
    ...rootHandlers(options),
  }
}

function auditHandlers({
  keeper,
}: RestOptions): Handlers<'listEntries' | 'entryReceipt' | 'logCheckpoint'> {
  return {
    listEntries: async ({ session, context, query }) => {
      const { since, until, limit = LIMIT_DEFAULT, ...filter } = query
      const input = { ...filter, ...bounds(since, until), limit }
      const { output, entry } = await keeper.execute(session, core.listEntries, input, context)
      const entries = output.entries.map(({ index, entry: text }) => ({
        index,
        event: JSON.parse(text) as unknown,
      }))
      return { body: { ...output, entries, entry }, entry }
    },
    entryReceipt: async ({ session, context, params }) => {
      const index = INDEX.test(params.index) ? Number(params.index) : -1
      const input = { index }
      const { output, entry } = await keeper.execute(session, core.entryReceipt, input, context)
      return { body: output.receipt, entry }
    },
    logCheckpoint: async ({ session, context }) => {
      const { output, entry } = await keeper.execute(session, core.logCheckpoint, {}, context)
      return { body: output.checkpoint, entry }
    },
  }
}

/** In the one spelling that entries have, so that bounds compare as text. */
function bounds(
  since: string | undefined,
  until: string | undefined,
): { readonly since?: string; readonly until?: string } {
  const from = parseOptionalInstant(since, 'since')
  const to = parseOptionalInstant(until, 'until')
  return {
    ...(from !== undefined && { since: core.timestamp(from) }),
    ...(to !== undefined && { until: core.timestamp(to) }),
  }
}

function sealHandlers({
  keeper,
  sealStatus,
}: RestOptions): Handlers<'sealStatus' | 'initialize' | 'unseal' | 'checkShare' | 'seal'> {
  return {
    sealStatus: async () => ({ body: { ...sealStatus() } }),
    initialize: async ({ session, context, body }) => {
      const principals = body.principals ?? FIRST_PRINCIPALS
      const { initialized, sealed } = sealStatus()
      const method = methodOf(body.method)
      try {
        // A root without people is what a crash between the two leaves; whoever unsealed it goes on.
        const { output, entry } =
          initialized && !sealed
            ? await keeper.execute(session, core.completeInitialization, { principals }, context)
            : await keeper.execute(session, core.initialize, { method, principals }, context)
        return { body: { ...newSealOnWire(output), tokens: output.tokens, entry }, entry }
      } finally {
        wipeMethod(method)
      }
    },
    unseal: async ({ session, context, body }) => {
      const credential = credentialOf(body)
      try {
        return answer(
          await keeper.execute(session, core.unseal, { credential, peer: context.peer }, context),
        )
      } finally {
        wipe([credential])
      }
    },
    checkShare: async ({ session, context, body }) => {
      const share = secret(body.share)
      try {
        return answer(await keeper.execute(session, core.checkShare, { share }, context))
      } finally {
        share.wipe()
      }
    },
    seal: async ({ session, context }) =>
      answer(await keeper.execute(session, core.seal, {}, context)),
  }
}

function rootHandlers({
  keeper,
}: RestOptions): Handlers<'rekey' | 'confirmRekey' | 'cancelRekey' | 'rotateRoot'> {
  return {
    rekey: async ({ session, context, body }) => {
      const method = methodOf(body.method)
      const authorization = body.authorization.map(credentialOf)
      try {
        const input = { method, authorization }
        const { output, entry } = await keeper.execute(session, core.rekey, input, context)
        return { body: { ...newSealOnWire(output), entry }, entry }
      } finally {
        wipe(authorization)
        wipeMethod(method)
      }
    },
    confirmRekey: async ({ session, context, body }) => {
      const proof = body.proof.map(credentialOf)
      try {
        return answer(await keeper.execute(session, core.confirmRekey, { proof }, context))
      } finally {
        wipe(proof)
      }
    },
    cancelRekey: async ({ session, context }) =>
      answer(await keeper.execute(session, core.cancelRekey, {}, context)),
    rotateRoot: async ({ session, context, body }) => {
      const authorization = body.authorization.map(credentialOf)
      try {
        return answer(await keeper.execute(session, core.rotateRoot, { authorization }, context))
      } finally {
        wipe(authorization)
      }
    },
  }
}

function answer({
  output,
  entry,
}: core.ManagementAnswer<core.SealStatus | core.ShareCheck>): Answer {
  return { body: { ...output, entry }, entry }
}

/** Shares leave the keeper here and nowhere else; what is left of them is wiped. */
function newSealOnWire({ status, shares }: core.NewSeal): Readonly<Record<string, unknown>> {
  if (shares === undefined) return { status }
  const texts = shares.map((share) => share.use((bytes) => Buffer.from(bytes).toString('latin1')))
  for (const share of shares) share.wipe()
  return { status, shares: texts }
}

function methodOf({ kind, shares, threshold, passphrase }: SealMethod): core.SealMethod {
  const given = { shares, threshold, passphrase }
  const wanted: readonly string[] =
    kind === 'shamir' ? ['shares', 'threshold'] : kind === 'passphrase' ? ['passphrase'] : []
  for (const [name, value] of Object.entries(given)) {
    if ((value !== undefined) === wanted.includes(name)) continue
    const needs = wanted.length === 0 ? 'nothing else' : wanted.join(' and ')
    throw new core.KeeperError('invalid-input', `a seal of kind ${kind} takes ${needs}`)
  }
  switch (kind) {
    case 'shamir':
      return { kind, shares: shares ?? 0, threshold: threshold ?? 0 }
    case 'passphrase':
      return { kind, passphrase: secret(passphrase ?? '') }
    case 'file':
      return { kind }
  }
}

function credentialOf({ share, passphrase }: SealCredential): core.SealCredential {
  if (share !== undefined && passphrase !== undefined) {
    throw new core.KeeperError('invalid-input', 'give either a share or a passphrase')
  }
  if (share !== undefined) return { kind: 'share', share: secret(share) }
  if (passphrase !== undefined) return { kind: 'passphrase', passphrase: secret(passphrase) }
  return { kind: 'file' }
}

function wipeMethod(method: core.SealMethod): void {
  if (method.kind === 'passphrase') method.passphrase.wipe()
}

/** The text they came in is a string of the runtime's, which nothing can wipe; these are our copies. */
function wipe(credentials: readonly core.SealCredential[]): void {
  for (const credential of credentials) {
    if (credential.kind === 'share') credential.share.wipe()
    else if (credential.kind === 'passphrase') credential.passphrase.wipe()
  }
}
