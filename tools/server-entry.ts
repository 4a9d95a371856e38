/** What the bundled server file runs: the `server` command and nothing else. */
import { parseArgs } from 'node:util'
import { runServer } from '../packages/server/src/main.ts'

const { values } = parseArgs({
  options: {
    dev: { type: 'boolean', default: false },
    folder: { type: 'string' },
    port: { type: 'string' },
    config: { type: 'string' },
  },
})
const { dev, folder, port, config } = values
process.exitCode = await runServer({
  dev,
  ...(folder !== undefined && { folder }),
  ...(port !== undefined && { port: Number(port) }),
  ...(config !== undefined && { config }),
})
