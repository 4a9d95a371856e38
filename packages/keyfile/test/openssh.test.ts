import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeKeyFile } from '../src/index.ts'

test('an OpenSSH key of another type is left out by its name', () => {
  const part = (text: string): Buffer => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(text.length)
    return Buffer.concat([length, Buffer.from(text, 'latin1')])
  }
  const section = `\0\0\0\x01\0\0\0\x01${part('ssh-dss').toString('latin1')}`
  const parts = [part('none'), part('none'), part(''), Buffer.of(0, 0, 0, 1), part('')]
  const file = Buffer.concat([Buffer.from('openssh-key-v1\0'), ...parts, part(section)])
  const label = 'OPENSSH PRIVATE KEY'
  const pem = `-----BEGIN ${label}-----\n${file.toString('base64')}\n-----END ${label}-----\n`
  const { entries, skipped } = decodeKeyFile(Buffer.from(pem))
  assert.deepEqual(entries, [])
  assert.match(skipped[0]?.why ?? '', /ssh-dss/)
})
