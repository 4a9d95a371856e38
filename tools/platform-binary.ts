import { resolve } from 'node:path'

const BIN = resolve(import.meta.dirname, '..', 'node_modules', '.bin')

/** How to start a development tool: through this Node, whichever is first on the path. */
export function platformBinary(name: string): readonly string[] {
  return [process.execPath, resolve(BIN, name)]
}
