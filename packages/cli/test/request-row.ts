import type { FakeAnswer, World } from './test-environment.ts'

/** What a command line asks of the keeper: method, path, body. */
export interface Row {
  readonly line: string
  readonly asks: readonly [method: string, path: string, body?: unknown]
  readonly answer?: FakeAnswer
  readonly world?: World
}
