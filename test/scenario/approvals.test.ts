/** Approvals by several people, told as they would type it, against the real keeper. */
import { join } from 'node:path'
import { test } from 'node:test'
import { ServerProcess } from '../fault/support/server-process.ts'
import { hasCommand, temporaryFolder } from '../fault/support/temporary-folder.ts'
import { tellStory } from './story.ts'

for (const name of [
  'two-approvers',
  'denied',
  'lost-administrator',
  'openssl',
  'tenants',
  'own-seal',
  'shred',
  'review',
  'emergency',
  'policies',
]) {
  test(`the story of ${name}`, { timeout: 240_000 }, async (t) => {
    if (name === 'openssl' && !hasCommand('openssl')) {
      return t.skip('needs openssl: apt-get install openssl')
    }
    const folder = temporaryFolder(t)
    const server = await ServerProcess.start(join(folder, '.claviger'))
    await tellStory(name, { folder, address: `https://127.0.0.1:${server.port}` })
    await server.stop()
  })
}
