import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { writeAtomically } from '../src/file/atomic-file.ts'
import { temporaryFolder } from './test-environment.ts'

/** What is synced from now on, and the names in the folder at that time. */
async function watchSyncs(t: TestContext, folder: string): Promise<unknown[]> {
  const handle = await open(folder, 'r')
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const { sync } = prototype as unknown as { readonly sync: (this: FileHandle) => Promise<void> }
  const seen: unknown[] = []
  t.mock.method(prototype, 'sync', async function (this: FileHandle) {
    const kind = (await this.stat()).isDirectory() ? 'folder' : 'file'
    seen.push([kind, readdirSync(folder).includes('f')])
    await sync.call(this)
  })
  return seen
}

for (const force of [false, true]) {
  test(`the file is synced, then put in its place, then its folder is synced (force: ${force})`, async (t) => {
    const folder = temporaryFolder(t)
    const seen = await watchSyncs(t, folder)
    await writeAtomically(join(folder, 'f'), [Buffer.from('whole')], { force })
    assert.deepEqual(seen, [
      ['file', false],
      ['folder', true],
    ])
    assert.equal(readFileSync(join(folder, 'f'), 'utf8'), 'whole')
    assert.deepEqual(readdirSync(folder), ['f'])
  })
}
