import type { Input } from '../file/input.ts'

/** What the demonstration works on. */
export interface DemoSubject {
  readonly input: Input
  /** The user's own file, as it is named in commands. */
  readonly file: string
  /** The key that lives and dies here, the one that signs, and the one that is kept. */
  readonly key: string
  readonly signingKey: string
  readonly keptKey: string
  readonly encrypted: string
  readonly kept: string
}

/** A path as a shell takes it. */
export function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
