import type { FetchLike } from '@claviger/client'

export interface Writer {
  readonly isTTY: boolean
  readonly columns: number
  /** Resolves when there is room for more. */
  write(data: string | Uint8Array): Promise<void>
}

/** Everything a command may reach outside itself, so that a test can give it another world. */
export interface Environment {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY: boolean }
  readonly stdout: Writer
  readonly stderr: Writer
  /** Stands in for the network; absent: the real one. */
  readonly fetch?: FetchLike
  /** Asks a person for a secret, unseen. */
  readonly askSecret: (question: string) => Promise<string>
  readonly askYes: (question: string) => Promise<boolean>
  readonly now: () => Date
}

export function processEnvironment(): Environment {
  const { stdin, stdout, stderr } = process
  return {
    args: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdin: {
      isTTY: stdin.isTTY === true,
      [Symbol.asyncIterator]: () => stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>,
    },
    stdout: writerOf(stdout),
    stderr: writerOf(stderr),
    askSecret: async (question) => (await import('./terminal/prompt.ts')).askSecret(question),
    askYes: async (question) => (await import('./terminal/prompt.ts')).askYes(question),
    now: () => new Date(),
  }
}

function writerOf(stream: NodeJS.WriteStream): Writer {
  let broken = false
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read the pipe has left (`| head`): there is nobody to tell.
    if (error.code !== 'EPIPE') throw error
    broken = true
  })
  return {
    isTTY: stream.isTTY === true,
    columns: stream.columns ?? 80,
    write: (data) =>
      new Promise((resolve) => {
        if (broken) resolve()
        else stream.write(data, () => resolve())
      }),
  }
}
