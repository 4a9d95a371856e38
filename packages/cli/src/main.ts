import { processEnvironment } from './environment.ts'

// The server starts without the parser of commands: a keeper that restarts is waited for.
const environment = processEnvironment()
const [first, ...rest] = environment.args
const isHelp = rest.includes('--help') || rest.includes('-h')
process.exitCode =
  first === 'server' && !isHelp
    ? await (await import('./command/server.ts')).runServerCommand(rest, environment)
    : await (await import('./program.ts')).run(environment)
