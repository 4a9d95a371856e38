import { processEnvironment } from './environment.ts'

// The server starts without the parser of commands: a keeper that restarts is waited for.
const environment = processEnvironment()
const [first, ...rest] = environment.args
process.exitCode =
  first === 'server'
    ? await (await import('./command/server.ts')).runServerCommand(rest, environment)
    : await (await import('./program.ts')).run(environment)
