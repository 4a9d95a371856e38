import type { Command } from 'commander'
import type { Context } from './context.ts'

/** One file a command: it says its arguments and options, and what to do. */
export interface CommandFile {
  define(command: Command, context: Context): void
}

export interface CommandEntry {
  readonly summary: string
  readonly load: () => Promise<CommandFile>
}

export interface CommandGroup {
  readonly summary: string
  readonly commands: Readonly<Record<string, CommandEntry | CommandGroup>>
}

export const entry = (summary: string, load: () => Promise<CommandFile>): CommandEntry => ({
  summary,
  load,
})
