import { parseArgs } from 'node:util'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Environment } from '../environment.ts'
import { EXIT_CODES } from '../exit-code.ts'
import { examples, parseCount } from '../options.ts'

interface ServerOptions {
  readonly dev: boolean
  readonly folder?: string
  readonly port?: number
  readonly config?: string
}

const PORT_MAX = 65_535

/** Starts a keeper without the parser of the other commands; everything else is the server's own. */
export async function runServerCommand(
  args: readonly string[],
  environment: Environment,
): Promise<number> {
  const options = parseServerArgs(args)
  if (typeof options === 'string') {
    await environment.stderr.write(`error: ${options}; see \`claviger server --help\`\n`)
    return EXIT_CODES.usage
  }
  const { runServer } = await import('@claviger/server')
  return runServer(options)
}

/** The options, or what is wrong with them. */
export function parseServerArgs(args: readonly string[]): ServerOptions | string {
  let values: { dev?: boolean; folder?: string; port?: string; config?: string }
  try {
    ;({ values } = parseArgs({
      args: [...args],
      options: {
        dev: { type: 'boolean' },
        folder: { type: 'string' },
        port: { type: 'string' },
        config: { type: 'string' },
      },
    }))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return (message.split('. ', 1)[0] ?? message).toLowerCase()
  }
  const { dev = false, folder, port, config } = values
  if (dev === (config !== undefined)) return 'say either --dev or --config FILE'
  if (!dev && (folder ?? port) !== undefined) return '--folder and --port go with --dev only'
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= PORT_MAX)) {
    return `the port is a number from 0 to ${PORT_MAX}`
  }
  return {
    dev,
    ...(folder !== undefined && { folder }),
    ...(port !== undefined && { port: Number(port) }),
    ...(config !== undefined && { config }),
  }
}

/** For the help and the completions; `server` itself is dispatched before this is loaded. */
export function define(command: Command, context: Context): void {
  command
    .option('--dev', 'the embedded defaults, for development')
    .option('--folder <folder>', 'with --dev: where everything is kept; ./.claviger if absent')
    .option('--port <number>', 'with --dev: where to listen; 8420 if absent, 0 for any', parseCount)
    .option('--config <file>', 'run by this configuration')
    .action(async (_options: unknown, { args }: Command) => {
      context.exitCode = await runServerCommand(args, context.environment)
    })
  examples(command, 'claviger server --dev', 'claviger server --config /etc/claviger/claviger.toml')
}
