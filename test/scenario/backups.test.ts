/** Backups of the real keeper: told as they would be typed, and those that it takes by itself. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ServerProcess } from '../fault/support/server-process.ts'
import { hasCommand, temporaryFolder } from '../fault/support/temporary-folder.ts'
import { ConfiguredKeeper } from './configured-keeper.ts'
import { tellStory } from './story.ts'

/** The recipient that the specification of age gives for an example. */
const RECIPIENT = 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj'
const ATTEMPTS = 300

test('the story of backup', { timeout: 240_000 }, async (t) => {
  if (!hasCommand('age-keygen')) return t.skip('needs age-keygen: apt-get install age')
  const folder = temporaryFolder(t)
  const server = await ServerProcess.start(join(folder, '.claviger'))
  await tellStory('backup', { folder, address: `https://127.0.0.1:${server.port}` })
  await server.stop()
})

test('a keeper with a place for backups takes one once it is unsealed', async (t) => {
  const folder = temporaryFolder(t)
  const place = join(temporaryFolder(t), 'backups')
  const keeper = await ConfiguredKeeper.start(folder, [
    `backup.folder = ${JSON.stringify(place)}`,
    `backup.recipients = ["${RECIPIENT}"]`,
  ])
  for (let attempt = 0; !names(place).includes('claviger.tombstones'); attempt++) {
    assert.ok(attempt < ATTEMPTS, keeper.server.stderr)
    await delay(100)
  }
  assert.deepEqual(
    names(place).map((name) => name.replace(/^claviger-.*\.backup$/, 'backup')),
    ['backup', 'claviger.checkpoint', 'claviger.tombstones'],
  )
  const metrics = await keeper.server.client('auditor').call('GET', '/metrics')
  assert.match(metrics.text, /^claviger_backup_failed 0$/m)
  assert.match(metrics.text, /^claviger_backup_newest_seconds [1-9]\d+$/m)
  assert.deepEqual(await keeper.server.stop(), { code: 0, signal: null })
})

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted()
  } catch {
    return []
  }
}
