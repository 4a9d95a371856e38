import { type CommandGroup, entry } from './command-entry.ts'

export const IMPORT: CommandGroup = {
  summary: 'take in keys from the files of other programs',
  commands: {
    keys: entry(
      'take in the keys and certificates of a key file',
      () => import('./command/import/keys.ts'),
    ),
    scan: entry('find keys that lie about in a folder', () => import('./command/import/scan.ts')),
  },
}
