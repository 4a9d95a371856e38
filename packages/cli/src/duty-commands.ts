import { type CommandGroup, entry } from './command-entry.ts'

export const DUTIES: CommandGroup = {
  summary: 'see whether duties are kept apart',
  commands: {
    report: entry(
      'list every duty that is not kept apart, or would not be',
      () => import('./command/duties/report.ts'),
    ),
  },
}

export const REVIEW: CommandGroup = {
  summary: 'write down who may do what, provably',
  commands: {
    create: entry(
      'write who can come in and what they may do',
      () => import('./command/review/create.ts'),
    ),
    verify: entry('check a review, offline', () => import('./command/review/verify.ts')),
  },
}

export const BREAK_GLASS: CommandGroup = {
  summary: 'keep a way in for when there is no other',
  commands: {
    create: entry(
      'split a way in among several people',
      () => import('./command/break-glass/create.ts'),
    ),
    open: entry('have a token for enough shares', () => import('./command/break-glass/open.ts')),
    close: entry('end its token at once', () => import('./command/break-glass/close.ts')),
    status: entry('tell what is open, and why', () => import('./command/break-glass/status.ts')),
  },
}
