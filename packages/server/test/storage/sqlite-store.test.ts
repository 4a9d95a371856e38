import { storeContract } from '@claviger/testkit'
import { openStore, removeFolder, temporaryFolder } from './temporary-store.ts'

for (const writer of ['thread', 'inline'] as const) {
  storeContract(`sqlite, ${writer} writer`, async () => {
    const folder = temporaryFolder()
    const store = openStore(folder, { writer })
    return {
      store,
      close: async () => {
        await store.close()
        removeFolder(folder)
      },
    }
  })
}
