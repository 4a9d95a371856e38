import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isKeeperError } from '@claviger/core'
import { AnchorFile } from '../src/anchor-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'claviger-anchor-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const isUnreadable = (error: unknown): boolean =>
  isKeeperError(error) && error.code === 'integrity' && error.message.includes('anchor')

test('the anchor is what was written last, and absent at first', () => {
  const path = join(folder, 'fresh.json')
  const anchor = new AnchorFile(path)
  assert.equal(anchor.read(), undefined)
  anchor.write({ sequence: 7, digest: 'ab' })
  assert.deepEqual(new AnchorFile(path).read(), { sequence: 7, digest: 'ab' })
})

test('an anchor that cannot be read is not taken for none', () => {
  const path = join(folder, 'anchor.json')
  new AnchorFile(path).write({ sequence: 7, digest: 'ab' })
  const whole = readFileSync(path, 'utf8')
  for (const text of ['', whole.slice(0, 9), '[]', 'null', '{"sequence":"7","digest":"ab"}']) {
    writeFileSync(path, text)
    assert.throws(() => new AnchorFile(path), isUnreadable, text)
  }
  const unreadable = join(folder, 'folder.json')
  mkdirSync(unreadable)
  assert.throws(() => new AnchorFile(unreadable), isUnreadable)
})
