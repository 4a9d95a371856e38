import { type CommandGroup, entry } from './command-entry.ts'

export const BACKUP: CommandGroup = {
  summary: 'take a keeper away in one file, and bring it back',
  commands: {
    create: entry(
      'write everything that the keeper holds, encrypted',
      () => import('./command/backup/create.ts'),
    ),
    tombstones: entry(
      'write what has ended, for whoever restores an older backup',
      () => import('./command/backup/tombstones.ts'),
    ),
    verify: entry('read all of a backup and check it', () => import('./command/backup/verify.ts')),
    restore: entry(
      'make the folder of a keeper from a backup',
      () => import('./command/backup/restore.ts'),
    ),
  },
}
