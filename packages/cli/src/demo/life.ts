import { createReadStream } from 'node:fs'
import { writeAtomically } from '../file/atomic-file.ts'
import { peek, splitFile, startDecryption, startEncryption } from '../file/encrypted-file.ts'
import { size } from '../terminal/text.ts'
import { type DemoSubject, quote } from './subject.ts'
import { assertSame, encryptCopy } from './encrypted-copy.ts'
import type { Walk } from './walk.ts'

/** Birth, use and rotation. */
export async function demonstrateLife(walk: Walk, subject: DemoSubject): Promise<void> {
  const { client } = walk
  const { key, file, encrypted } = subject
  const copy = quote(`${file}.demo.clv`)
  await walk.step(
    {
      step: 'Create a key',
      why: 'The keeper generates it and keeps it; only its name ever leaves.',
      command: `claviger key create ${key} --spec aes-256`,
    },
    async () => {
      walk.makesKey(key)
      const { key: made, entry } = await client.keys.create({
        name: key,
        spec: 'aes-256',
        description: 'made by `claviger demo`',
      })
      return {
        result: `${made.name} is ${made.state}, check value ${made.version.checkValue}`,
        entry,
      }
    },
  )
  await walk.step(
    {
      step: 'Encrypt your file',
      why: 'A fresh data key encrypts it here, as it is read; the keeper wraps the data key.',
      command: `claviger encrypt ${key} ${quote(file)} -o ${copy}`,
    },
    async () => {
      const { bytes, version, entry } = await encryptCopy(walk, subject, key, encrypted)
      return { result: `${copy}: ${size(bytes)} under version ${version}`, entry }
    },
  )
  await walk.step(
    {
      step: 'Rotate the key',
      why: 'A new version protects from now on; the old one only opens what it protected.',
      command: `claviger key rotate ${key}`,
    },
    async () => {
      const { key: now, entry } = await client.keys.rotate(key, { reason: 'demo' })
      return { result: `version ${now.currentVersion} protects`, entry }
    },
  )
  await walk.step(
    {
      step: 'Decrypt with the old version',
      why: 'What was encrypted before the rotation stays readable, without being touched.',
      command: `claviger decrypt ${copy} -o copy`,
    },
    async () => ({
      result: `the same file, SHA-256 ${(await assertSame(walk, subject, encrypted)).slice(0, 16)}…`,
    }),
  )
  await reEncrypt(walk, subject)
}

async function reEncrypt(walk: Walk, subject: DemoSubject): Promise<void> {
  const { client } = walk
  const { key, file, encrypted } = subject
  await walk.step(
    {
      step: 'Re-encrypt',
      why: 'Moves the file to the current version, under a new data key; then nothing needs the old one.',
      command: `claviger re-encrypt ${quote(`${file}.demo.clv`)}`,
    },
    async () => {
      const old = await startDecryption(
        client,
        splitFile(await peek(createReadStream(encrypted))),
        {},
      )
      const { header, entry, encrypt } = await startEncryption(client, { key })
      await writeAtomically(encrypted, encrypt(old.plaintext), { force: true })
      await assertSame(walk, subject, encrypted)
      const from = old.header.dataKey.version
      return { result: `version ${from} -> ${header.dataKey.version}, and it still opens`, entry }
    },
  )
}
