import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from './key-material-story.ts'

/** What REST makes of a backup; what is in one, tests of the whole keeper look at. */
export function tellBackupStory({ call, ok }: Pick<Caller, 'call' | 'ok'>): void {
  test('a backup comes as bytes, and the entry that tells of it is named', async () => {
    const made = await ok('/v1/backups', { body: { recipients: ['age1x'] } })
    assert.equal(made.headers.get('content-type'), 'application/octet-stream')
    assert.equal(made.text, 'age-encryption.org/v1\nthe end')
    assert.match(made.headers.get('claviger-entry') ?? '', /^\d+$/)
    for (const body of [{}, { recipients: ['age1x'], passphrase: 'p' }, { recipients: [] }]) {
      assert.equal((await call('/v1/backups', { body })).body['code'], 'invalid-input')
    }
  })

  test('what has ended comes as a text', async () => {
    const { text } = await ok('/v1/backups/tombstones')
    assert.match(text, /^\d+ tombstones\n$/)
  })
}
