/** The real keeper and the command line, with what a browser gives of a passkey. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryFolder } from '../fault/support/temporary-folder.ts'
import { ConfiguredKeeper } from './configured-keeper.ts'
import { PASSKEY_SETTINGS, tellPasskeyStory } from './passkey-story.ts'

test('an approver enrols a passkey and approves by it, each as a file of the browser', async (t) => {
  const keeper = await ConfiguredKeeper.start(temporaryFolder(t), PASSKEY_SETTINGS)
  await tellPasskeyStory(keeper)
  assert.deepEqual(await keeper.server.stop(), { code: 0, signal: null })
})
