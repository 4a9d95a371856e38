import { type DemoSubject, quote } from './subject.ts'
import { assertSame, digestOfCopy, encryptCopy } from './encrypted-copy.ts'
import { size } from '../terminal/text.ts'
import type { Walk } from './walk.ts'

/** Suspension, revocation and destruction; gives the audit entry of the destruction. */
export async function demonstrateEnd(walk: Walk, subject: DemoSubject): Promise<number> {
  await demonstrateSuspension(walk, subject)
  const { client } = walk
  const { key, file, encrypted } = subject
  const copy = quote(`${file}.demo.clv`)
  await walk.step(
    {
      step: 'Revoke it',
      why: 'Superseded: it protects nothing new any more, and still opens what it protected.',
      command: `claviger key revoke ${key} --reason superseded`,
    },
    async () => {
      const { key: now, entry } = await client.keys.revoke(key, { reason: 'superseded' })
      return { result: `${key} is ${now.state}`, entry }
    },
  )
  await walk.step(
    {
      step: 'Prove that it protects nothing any more',
      why: 'A state is worth what it refuses.',
      command: `claviger encrypt ${key} ${quote(file)} -o another.clv`,
    },
    () => walk.refusal(() => client.generateDataKey(key, { lengthBytes: 32 })),
  )
  let destroyed = 0
  await walk.step(
    {
      step: 'Destroy it',
      why: 'Usually with 30 days to change your mind; here at once. The metadata stays, the key does not.',
      command: `claviger key destroy ${key} --now`,
    },
    async () => {
      const { key: now, entry } = await client.keys.destroy(key, { windowDays: 0, reason: 'demo' })
      destroyed = entry
      return { result: `${key} is ${now.state}`, entry }
    },
  )
  await walk.step(
    {
      step: 'Prove that the file is gone for good',
      why: 'With the key went all that it protected: that is how data is erased wherever its copies are.',
      command: `claviger decrypt ${copy}`,
    },
    () => walk.refusal(() => digestOfCopy(walk, encrypted)),
  )
  return destroyed
}

async function demonstrateSuspension(walk: Walk, subject: DemoSubject): Promise<void> {
  const { client } = walk
  const { key, file, encrypted } = subject
  await walk.step(
    {
      step: 'Suspend it',
      why: 'First aid when something looks wrong: it can be taken back.',
      command: `claviger key suspend ${key} --reason 'a laptop is missing'`,
    },
    async () => {
      const { key: now, entry } = await client.keys.suspend(key, 'a laptop is missing (demo)')
      return { result: `${key} is ${now.state}`, entry }
    },
  )
  await walk.step(
    {
      step: 'Prove that it refuses',
      why: 'In force before the command came back, for everybody.',
      command: `claviger decrypt ${quote(`${file}.demo.clv`)}`,
    },
    () => walk.refusal(() => digestOfCopy(walk, encrypted)),
  )
  await walk.step(
    {
      step: 'Resume it',
      why: 'The laptop was found.',
      command: `claviger key resume ${key}`,
    },
    async () => {
      const { key: now, entry } = await client.keys.resume(key, 'found (demo)')
      await assertSame(walk, subject, encrypted)
      return { result: `${key} is ${now.state}, and the file opens again`, entry }
    },
  )
}

/** A copy under a key that lives on. */
export async function demonstrateKept(walk: Walk, subject: DemoSubject): Promise<void> {
  const { keptKey, kept, file } = subject
  await walk.step(
    {
      step: 'Leave you a copy that opens',
      why: 'Under a key that lives on.',
      command: `claviger key create ${keptKey} --spec aes-256 && claviger encrypt ${keptKey} ${quote(file)} -o ${quote(`${file}.kept.clv`)}`,
    },
    async () => {
      walk.makesKey(keptKey)
      await walk.client.keys.create({
        name: keptKey,
        spec: 'aes-256',
        description: 'made by `claviger demo`, kept',
      })
      const { bytes, entry } = await encryptCopy(walk, subject, keptKey, kept)
      await assertSame(walk, subject, kept)
      return { result: `${quote(`${file}.kept.clv`)}: ${size(bytes)}`, entry }
    },
  )
}
