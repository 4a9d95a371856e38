import assert from 'node:assert/strict'
import { createReadStream, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as core from '@claviger/core'
import { BackupError, logVerifier, restoreBackup } from '../../src/restore.ts'
import { type BackupPlan, ScheduledBackups } from '../../src/scheduled-backups.ts'
import { TenantWorld } from '../compose/tenant-world.ts'
import { opening, recipient, silent, temporaryFolder } from './world.ts'

const HOUR_MS = 3_600_000
const world = new TenantWorld()

before(() => world.open())
after(() => world.close())

function scheduled(plan: Partial<BackupPlan> = {}): {
  schedule: ScheduledBackups
  folder: string
} {
  const folder = plan.folder ?? join(temporaryFolder(), 'backups')
  const whole = { recipients: [recipient], everyHours: 6, keep: 2, ...plan, folder }
  return { schedule: new ScheduledBackups(whole, world.keeper, silent), folder }
}

const backupsIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.backup'))
    .toSorted()

async function restore(path: string): Promise<void> {
  const known = {
    origin: 'claviger.local/log',
    verifiers: world.keeper.logKeys.vkeys.map(logVerifier),
  }
  const folder = join(path, '..')
  await restoreBackup(temporaryFolder(), createReadStream(path), opening, {
    known,
    checkpoints: [readFileSync(join(folder, 'claviger.checkpoint'))],
    tombstones: [readFileSync(join(folder, 'claviger.tombstones'), 'utf8')],
  })
}

test('a backup is taken when the newest is old enough, and the oldest go', async () => {
  const { schedule, folder } = scheduled()
  assert.equal(await schedule.takeIfDue(), true)
  assert.equal(await schedule.takeIfDue(), false)
  const [first = ''] = backupsIn(folder)
  writeFileSync(join(folder, 'mine.backup'), 'of somebody else')
  writeFileSync(join(folder, `${first}.part`), 'what a keeper that was killed has left')
  for (let more = 0; more < 3; more++) {
    world.aheadMs += 6 * HOUR_MS
    assert.equal(await schedule.takeIfDue(), true)
  }
  const names = backupsIn(folder)
  assert.equal(names.length, 3)
  assert.ok(names.includes('mine.backup') && !names.includes(first))
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.part')),
    [],
  )
  const [older = '', newest = ''] = names
  await restore(join(folder, newest))
  await assert.rejects(
    restore(join(folder, older)),
    (error) => error instanceof BackupError && error.code === 'older',
  )
  assert.equal(schedule.gauges()['backup_failed'], 0)
  assert.ok((schedule.gauges()['backup_newest_seconds'] ?? 0) > 1_700_000_000)
})

test('what fails is told, and tried again', async () => {
  const folder = join(temporaryFolder(), 'file')
  writeFileSync(folder, '')
  const { schedule } = scheduled({ folder: join(folder, 'below') })
  assert.equal(await schedule.takeIfDue(), false)
  assert.equal(schedule.gauges()['backup_failed'], 1)
  const wrong = scheduled({ recipients: ['age1nobody'] })
  assert.equal(await wrong.schedule.takeIfDue(), false)
  assert.equal(wrong.schedule.gauges()['backup_failed'], 1)
  assert.deepEqual(backupsIn(wrong.folder), [])
})

test('the log names the keeper itself, and a sealed keeper takes none', async () => {
  const { schedule, folder } = scheduled()
  assert.equal(await schedule.takeIfDue(), true)
  const { entries } = await world.keeper.ports.reader.list({
    tenants: [core.DEFAULT_TENANT],
    action: 'backup.create',
    limit: 1,
  })
  const { actor } = JSON.parse(entries[0]?.entry ?? '') as { actor: { id: string } }
  assert.equal(actor.id, 'internal:backup')
  world.aheadMs += 6 * HOUR_MS
  world.keeper.ports.seal.seal()
  assert.equal(await schedule.takeIfDue(), false)
  assert.equal(schedule.gauges()['backup_failed'], 0)
  assert.equal(backupsIn(folder).length, 1)
  assert.equal(existsSync(join(folder, 'claviger.tombstones')), true)
})
