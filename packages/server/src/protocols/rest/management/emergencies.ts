import { encodeUtf8, SecretBytes } from '@claviger/bytes'
import * as core from '@claviger/core'
import { ANONYMOUS } from '../exchange.ts'
import type { RestOptions } from '../ports.ts'
import type { EMERGENCY_ROUTES } from '../routes/emergency.ts'
import { toWire } from '../wire-time.ts'
import type { Handlers } from './handler.ts'

/** Shares alone speak for whoever opens, whatever else they come with; of the tenant that is opened. */
const HOLDER: core.Session = Object.freeze({ ...ANONYMOUS, tenant: core.DEFAULT_TENANT })

export function emergencyHandlers({
  keeper,
}: RestOptions): Handlers<keyof typeof EMERGENCY_ROUTES> {
  return {
    createEmergency: async ({ session, context, body }) => {
      const { output, entry } = await keeper.execute(session, core.createEmergency, body, context)
      const shares = output.shares.map((share) =>
        share.use((bytes) => Buffer.from(bytes).toString('latin1')),
      )
      for (const share of output.shares) share.wipe()
      return { body: { emergency: toWire(output.emergency), shares, entry }, entry }
    },
    listEmergencies: async ({ session, context }) => {
      const { output, entry } = await keeper.execute(session, core.listEmergencies, {}, context)
      const { emergencies, damaged } = output
      return { body: { emergencies: toWire(emergencies), damaged, entry }, entry }
    },
    openEmergency: async ({ context, params, body }) => {
      const shares = body.proof.map(({ share }) => secretOf(share))
      try {
        const input = { name: params.credential, shares, reason: body.reason }
        const { output, entry } = await keeper.execute(HOLDER, core.openEmergency, input, context)
        const { emergency, secret } = output
        return { body: { emergency: toWire(emergency), secret, entry }, entry }
      } finally {
        for (const share of shares) share.wipe()
      }
    },
    closeEmergency: async ({ session, context, params }) => {
      const input = { name: params.credential }
      const { output, entry } = await keeper.execute(session, core.closeEmergency, input, context)
      return { body: { emergency: toWire(output), entry }, entry }
    },
  }
}

function secretOf(text: string): SecretBytes {
  if (text.isWellFormed()) return new SecretBytes(encodeUtf8(text))
  throw new core.KeeperError('invalid-input', 'a share is well-formed text')
}
