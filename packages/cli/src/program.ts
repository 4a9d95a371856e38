import { Command, CommanderError } from 'commander'
import { type CommandGroup, COMMANDS } from './command-table.ts'
import { type CommonOptions, Context } from './context.ts'
import type { Environment } from './environment.ts'
import { EXIT_CODES } from './exit-code.ts'
import { connectionOptions, refuseSecrets } from './options.ts'
import { versionOfPackage } from './package-version.ts'
import { reportError } from './report-error.ts'

/** Runs the command that the arguments name; the process's exit status. */
export async function run(environment: Environment): Promise<number> {
  const context = new Context(environment)
  try {
    const { args } = environment
    context.options = { json: args.includes('--json') }
    if (args[0] === 'complete') {
      const { printCompletions } = await import('./command/completion.ts')
      return await printCompletions(environment, () => buildProgram(context, 'all'))
    }
    refuseSecrets(args)
    const program = await buildProgram(context, args)
    await program.parseAsync(args, { from: 'user' })
    return context.exitCode
  } catch (error) {
    if (error instanceof CommanderError) {
      // Asked-for help and the version are no mistakes; everything else commander has told already.
      return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage
    }
    return reportError(context, error)
  }
}

/** @param words only commands among them are loaded; 'all' loads every one */
export async function buildProgram(
  context: Context,
  words: readonly string[] | 'all',
): Promise<Command> {
  const { stdout, stderr } = context.environment
  const program = new Command('claviger')
    .description('The command line of Claviger, the open key-management system.')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => stdout.columns,
      getErrHelpWidth: () => stderr.columns,
      getOutHasColors: () => stdout.isTTY,
      getErrHasColors: () => stderr.isTTY,
    })
    .version(versionOfPackage(), '-V, --version', 'write the version')
    .hook('preAction', (root, command) => {
      context.options = { ...root.opts<CommonOptions>(), ...command.opts<CommonOptions>() }
      context.command = firstWord(command, root)
    })
  connectionOptions(program)
  program.addHelpText('after', FOOTER)
  await addCommands(program, COMMANDS, words, context)
  return program
}

/** Every command has its place; only what the words may mean is loaded. */
async function addCommands(
  parent: Command,
  commands: CommandGroup['commands'],
  words: readonly string[] | 'all' | 'none',
  context: Context,
): Promise<void> {
  for (const [name, known] of Object.entries(commands)) {
    const command = parent
      .command(name)
      .description(sentence(known.summary))
      .copyInheritedSettings(parent)
    const isWanted = words === 'all' || words.includes(name)
    if ('commands' in known) {
      await addCommands(command, known.commands, isWanted ? words : 'none', context)
    } else if (isWanted) {
      const file = await known.load()
      file.define(command, context)
    }
  }
}

/** The word after the program's name: what the profile chooses an identity by. */
function firstWord(command: Command, root: Command): string {
  let first = command
  while (first.parent !== null && first.parent !== root) first = first.parent
  return first.name()
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}

const FOOTER = `
The keeper and the token are found in ./.claviger/profile.json, looked for from this folder upward, or given
by options or the environment: CLAVIGER_ADDRESS, CLAVIGER_TOKEN_FILE, CLAVIGER_TOKEN, CLAVIGER_CA,
CLAVIGER_PROFILE. Secrets are never taken from the command line.

Exit status: 0 ok, 1 failure, 2 usage, 3 sealed, 4 denied, 5 not found, 6 conflict, 7 approval pending,
8 verification failed, 69 unavailable, 75 try again.

Examples:
  $ claviger server --dev
  $ claviger key create payments --spec aes-256
  $ claviger encrypt payments report.pdf
  $ claviger decrypt report.pdf.clv -o copy.pdf
  $ claviger demo report.pdf`
