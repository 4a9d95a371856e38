import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')
const PROTOCOL = 'packages/server/src/protocols/aws-kms'
const INTEROP = 'test/interop/aws-kms'

/** A name, and the files (from the root) that speak of it. */
export type Places = ReadonlyMap<string, readonly string[]>

export interface Evidence {
  /** Actions and errors that tests over the wire saw answered. */
  readonly proved: Places
  /** Errors that the other tests of the protocol name. */
  readonly tested: Places
  /** Errors that the source names. */
  readonly raised: Places
}

export function gatherEvidence(): Evidence {
  return {
    proved: placesOf(`${INTEROP}/*.test.ts`, provedIn),
    tested: placesOf('packages/server/test/protocols/aws-kms/**/*.test.ts', exceptionsIn),
    raised: placesOf(`${PROTOCOL}/**/*.ts`, raisedIn),
  }
}

function placesOf(pattern: string, namesIn: (text: string) => readonly string[]): Places {
  const places = new Map<string, string[]>()
  for (const path of globSync(pattern, { cwd: ROOT }).toSorted()) {
    for (const name of new Set(namesIn(readFileSync(resolve(ROOT, path), 'utf8')))) {
      places.set(name, [...(places.get(name) ?? []), path])
    }
  }
  return places
}

/** The words of `proves('Encrypt Decrypt', …)`: `test/interop/aws-kms/proves.ts` holds the tests to them. */
export function provedIn(text: string): readonly string[] {
  const lists = [...text.matchAll(/\bproves\(\s*(['`])([\w\s]+)\1/g)]
  return lists.flatMap(([, , words = '']) => words.trim().split(/\s+/))
}

function exceptionsIn(text: string): readonly string[] {
  return [...text.matchAll(/\b[A-Z]\w+Exception\b/g)].map(([name]) => name)
}

/** The two that `error.ts` has functions for are raised by them. */
const RAISED_BY: readonly (readonly [call: RegExp, exception: string])[] = [
  [/\bvalidation\(/, 'ValidationException'],
  [/\bnotFound\(/, 'NotFoundException'],
]

export function raisedIn(text: string): readonly string[] {
  const quoted = [...text.matchAll(/'([A-Z]\w+Exception)'/g)].map(([, name = '']) => name)
  const called = RAISED_BY.filter(([call]) => call.test(text)).map(([, exception]) => exception)
  return [...quoted, ...called]
}
