import type { Backups } from '@claviger/core'

/** Two pieces, with the end told of in between: what is in them, tests of the whole keeper look at. */
export const sampleBackups: Backups = {
  check: () => undefined,
  close: async () => undefined,
  signTombstones: async (tombstones) => `${tombstones.length} tombstones\n`,
  async *create(request) {
    yield Buffer.from('age-encryption.org/v1\n')
    await request.finish({ manifest: '00', entries: 3, records: 2 })
    yield Buffer.from('the end')
  },
}
