import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { type Answered, type Asked, pickText } from './test-world.ts'

export type Ask = (path: string, asked?: Asked) => Promise<Answered>

/** Somebody with a token, and with a key that the keeper knows the public half of. */
export interface Approver {
  readonly token: string
  readonly id: string
  /** Signs this text as an approver's own tool would. */
  readonly approval: (statement: string) => { readonly key: string; readonly signature: string }
}

export async function enrolApprover(
  ok: Ask,
  name: string,
  curve: 'ed25519' | 'P-256' = 'ed25519',
  roles: readonly string[] = ['approver'],
): Promise<Approver> {
  const made = await ok('/v1/principals', { body: { name, kind: 'person', roles } })
  const issued = await ok(`/v1/principals/${name}/tokens`, { body: { lifetimeSeconds: 86_400 } })
  const { publicKey, privateKey } =
    curve === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: curve })
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const pem = publicKey.export({ format: 'pem', type: 'spki' })
  const keys = [Buffer.from(pem).toString('base64')]
  await ok(`/v1/principals/${name}/approver-keys`, { method: 'PUT', body: { keys } })
  return {
    token: pickText(issued.body, 'secret'),
    id: pickText(made.body, 'principal.id'),
    approval: (statement) => ({
      key: createHash('sha256').update(spki).digest('hex'),
      signature: sign(
        curve === 'ed25519' ? null : 'sha256',
        Buffer.from(statement),
        privateKey,
      ).toString('base64'),
    }),
  }
}
