import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { encodeCheckpoint, openCheckpoint, parseCheckpoint, signNote } from '../src/index.ts'
import { generateKey } from './memory-log.ts'

const root = new Uint8Array(32).fill(3)
const text = encodeCheckpoint({ origin: 'log.example', size: 12, root })

describe('checkpoints', () => {
  it('round-trip, with extension lines', () => {
    const line = fc.stringMatching(/^[a-zA-Z0-9 é/.]{1,30}$/)
    const checkpoint = fc.record({
      origin: line,
      size: fc.maxSafeNat(),
      root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      extensions: fc.array(line, { maxLength: 3 }),
    })
    fc.assert(
      fc.property(checkpoint, (value) => {
        assert.deepEqual(parseCheckpoint(encodeCheckpoint(value)), { ...value })
      }),
    )
  })

  for (const [why, bad] of Object.entries({
    'a missing root': 'log.example\n12\n',
    'an empty origin': text.replace('log.example', ''),
    'a leading zero': text.replace('12', '012'),
    'a sign': text.replace('12', '+12'),
    'a size above 2^53 - 1': text.replace('12', '9007199254740992'),
    'a short root': 'log.example\n12\nAAAA\n',
    'an empty extension line': `${text}\n`,
    'no final newline': text.slice(0, -1),
    'a control character': `${text}a\u0000\n`,
  })) {
    it(`are refused with ${why}`, () => {
      assert.throws(() => parseCheckpoint(bad), { name: 'TlogError', code: 'malformed-checkpoint' })
    })
  }

  it('cannot smuggle a line through the origin or an extension', () => {
    assert.throws(() => encodeCheckpoint({ origin: 'a\n1', size: 2, root }))
    assert.throws(() => encodeCheckpoint({ origin: 'a', size: 2, root, extensions: ['x\ny'] }))
  })

  it('are refused when too large or of another log', async () => {
    assert.throws(() => parseCheckpoint('x'.repeat(70_000)), { code: 'too-large' })
    const key = generateKey('ed25519')
    const note = await signNote(text, [key.signer])
    assert.equal((await openCheckpoint(note, [key.verifier], 'log.example')).size, 12)
    await assert.rejects(openCheckpoint(note, [key.verifier], 'log.other'), {
      code: 'wrong-origin',
    })
  })
})
