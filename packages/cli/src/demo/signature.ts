import { messageToSign } from '../command/data/message-to-sign.ts'
import { CliError } from '../cli-error.ts'
import { type DemoSubject, quote } from './subject.ts'
import type { Walk } from './walk.ts'

/** A signature that holds, and one that was tampered with. */
export async function demonstrateSignature(walk: Walk, subject: DemoSubject): Promise<void> {
  const { client, context } = walk
  const { signingKey, file, input } = subject
  const message = async () =>
    messageToSign(context, client, { key: signingKey, input, mechanism: undefined })
  let signature = new Uint8Array()
  await walk.step(
    {
      step: 'Sign your file',
      why: 'Another purpose, so another key: one key never does two things.',
      command: `claviger key create ${signingKey} --spec ed25519 && claviger sign ${signingKey} ${quote(file)}`,
    },
    async () => {
      walk.makesKey(signingKey)
      await client.keys.create({
        name: signingKey,
        spec: 'ed25519',
        description: 'made by `claviger demo`',
      })
      const answer = await client.sign(signingKey, await message())
      signature = Uint8Array.from(answer.signature)
      return { result: `${signature.length} bytes by ${answer.mechanism}`, entry: answer.entry }
    },
  )
  await walk.step(
    {
      step: 'Verify it, and a forged one',
      why: 'Anybody with the public key can do so; one changed bit is enough to fail.',
      command: `claviger verify ${signingKey} ${quote(file)}`,
    },
    async () => {
      const signed = await message()
      const good = await client.verify(signingKey, { ...signed, signature })
      const forged = signature.with(0, (signature[0] ?? 0) ^ 1)
      const bad = await client.verify(signingKey, { ...signed, signature: forged })
      if (!good.valid || bad.valid) {
        throw new CliError(
          'verification-failed',
          'the keeper takes a forged signature: do not trust it',
        )
      }
      return { result: 'the true one is valid, the forged one is not', entry: bad.entry }
    },
  )
}
