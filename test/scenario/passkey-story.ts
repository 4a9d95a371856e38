import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SoftwareAuthenticator } from '../../packages/server/test/protocols/rest/software-authenticator.ts'
import type { ConfiguredKeeper } from './configured-keeper.ts'

export const PASSKEY_SETTINGS = [
  '[passkeys]',
  'rp-id = "example.test"',
  'origins = ["https://keys.example.test"]',
]

/** An approver enrols a passkey and approves by it, each as a file of the browser. */
export async function tellPasskeyStory(keeper: ConfiguredKeeper): Promise<void> {
  const { folder } = keeper
  const passkey = new SoftwareAuthenticator()
  const file = (name: string, value: unknown): string => {
    writeFileSync(join(folder, name), JSON.stringify(value))
    return name
  }
  const admin = (...words: readonly string[]) => keeper.ok('administrator', ...words)
  await admin('principal', 'create', 'ann', '--role', 'approver')
  const issued = await admin('token', 'create', 'ann', '--lifetime', '1d', '--json')
  const { secret } = JSON.parse(issued) as { readonly secret: string }
  const created = file('created.json', passkey.createdJson())
  const enrolled = await admin('principal', 'enroll', 'ann', '--passkey', created)
  assert.ok(enrolled.includes(`${passkey.keyId} ecdsa-p256, a passkey`), enrolled)
  await admin('group', 'create', 'board', '--member', 'ann')
  const guard = ['--action', 'key.destroy', '--approvals', '1', '--group', 'board']
  await admin('quorum', 'create', 'destroying', ...guard)
  await keeper.ok('developer', 'key', 'create', 'payments', '--spec', 'aes-256')
  const destroy = ['key', 'destroy', 'payments', '--window', '7']
  const asked = await keeper.claviger(keeper.server.token('developer'), ...destroy)
  assert.equal(asked.status, 7, asked.output)
  const id = /request ([0-9a-f-]{36}) is approved/.exec(asked.output)?.[1] ?? ''

  const ann = (...words: readonly string[]) => keeper.claviger(secret, 'approval', ...words)
  const { stdout: statement } = await ann('statement', id)
  const { stdout: challenge } = await ann('statement', id, '--challenge')
  const given = passkey.assertionJson(statement)
  const { clientDataJSON } = given.response
  const clientData: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString())
  assert.equal((clientData as { readonly challenge: string }).challenge, challenge)
  const approve = (name: string, value: unknown) =>
    ann(
      'approve',
      id,
      '--yes',
      '--assertion',
      file(name, value),
      '--approver-key-id',
      passkey.keyId,
    )

  const other = await approve('other.json', passkey.assertionJson(`${statement} `))
  assert.equal(other.status, 8, other.output)
  assert.match(other.output, /not an assertion over this request/)
  const nobody = passkey.assertionJson(statement, { userVerified: false })
  const unverified = await approve('unverified.json', nobody)
  assert.equal(unverified.status, 8, unverified.output)
  assert.match(unverified.output, /not by a key of yours/)
  const empty = await approve('empty.json', {})
  assert.equal(empty.status, 2, empty.output)
  const done = await approve('given.json', given)
  // What was refused for another reason has not moved the count.
  assert.equal(done.status, 0, done.output)
  assert.match(done.output, /status +approved/)
  await keeper.ok('developer', 'approval', 'execute', id)
}
