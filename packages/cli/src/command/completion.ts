import { type Command, type Option } from 'commander'
import type { Context } from '../context.ts'
import type { Environment } from '../environment.ts'
import { EXIT_CODES } from '../exit-code.ts'
import { examples } from '../options.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

export function define(command: Command, context: Context): void {
  command
    .addArgument(command.createArgument('<shell>', 'the shell').choices([...SHELLS]))
    .action(async (shell: string) => {
      const { default: root } = await import('@bomb.sh/tab')
      const script = await captureLog(() => root.setup('claviger', 'claviger', shell))
      await context.environment.stdout.write(`${script.join('\n')}\n`)
    })
  examples(
    command,
    'source <(claviger completion bash)',
    'claviger completion zsh > "${fpath[1]}/_claviger"',
    'claviger completion fish > ~/.config/fish/completions/claviger.fish',
  )
}

/** What a completion script asks for at each tab: `claviger complete -- WORDS`. */
export async function printCompletions(
  environment: Environment,
  buildProgram: () => Promise<Command>,
): Promise<number> {
  const at = environment.args.indexOf('--')
  const words = environment.args.slice(at + 1)
  if (at !== 1) return EXIT_CODES.usage
  const program = await buildProgram()
  await addChoices(program)
  const { RootCommand } = await import('@bomb.sh/tab')
  const root = new RootCommand()
  describe(root, program, '')
  const lines = await captureLog(() => root.parse([...words]))
  const word = words.at(-1) ?? ''
  const candidates = lines.filter((line) => !line.startsWith(':'))
  // Where no word of ours fits, the shell goes on with file names (directive 0).
  const last = candidates.length === 0 && !word.startsWith('-') ? ':0' : lines.at(-1)
  await environment.stdout.write(`${[...candidates, last ?? ':4'].join('\n')}\n`)
  return EXIT_CODES.ok
}

type Completed = InstanceType<Awaited<typeof import('@bomb.sh/tab')>['RootCommand']>

function describe(root: Completed, command: Command, path: string): void {
  const completed = path === '' ? root : root.command(path, command.description())
  for (const option of command.options) {
    const { long, description } = option
    if (long === undefined || long === null) continue
    const name = long.slice(2)
    const choices = option.argChoices
    if (isBoolean(option)) completed.option(name, description)
    else
      completed.option(name, description, (complete) =>
        choices?.forEach((one) => complete(one, '')),
      )
  }
  for (const argument of command.registeredArguments) {
    const choices = argument.argChoices
    completed.argument(argument.name(), (complete) => choices?.forEach((one) => complete(one, '')))
  }
  for (const inner of command.commands) {
    describe(root, inner, path === '' ? inner.name() : `${path} ${inner.name()}`)
  }
}

function isBoolean(option: Option): boolean {
  return !option.required && !option.optional
}

/** Names that the keeper checks itself, offered here so that they need not be remembered. */
async function addChoices(program: Command): Promise<void> {
  const { keySpecNames, mechanismNames } = await import('@claviger/crypto')
  const purposes = ['encrypt', 'sign', 'mac', 'wrap', 'derive', 'agree', 'encapsulate']
  const roles = ['administrator', 'officer', 'user', 'auditor', 'operator', 'approver']
  const known: Readonly<Record<string, readonly string[]>> = {
    '--spec': keySpecNames,
    '--mechanism': mechanismNames,
    '--wrapping-mechanism': mechanismNames,
    '--purpose': purposes,
    '--role': roles,
  }
  const visit = (command: Command): void => {
    for (const option of command.options) {
      const names = known[option.long ?? '']
      if (names !== undefined) option.choices([...names])
    }
    command.commands.forEach(visit)
  }
  visit(program)
}

/** The library writes to the console. */
async function captureLog(work: () => void): Promise<string[]> {
  const lines: string[] = []
  const { log } = console
  console.log = (...texts: unknown[]) => void lines.push(texts.join(' '))
  try {
    work()
  } finally {
    console.log = log
  }
  return lines
}
