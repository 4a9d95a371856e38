import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'

/** What the keeper answered in one test: the actions that succeeded, and the names of its errors. */
export type Seen = Set<string>

/** A missing program, as the words of the skip. */
export type Need = () => string | undefined

/**
 * The body of a test of what the keeper answers to the actions, and by the errors, that the words of `names`
 * are. It fails when one of them was never answered, so the table of coverage, which reads these words from
 * the sources, cannot claim more than happened.
 */
export function proves(
  names: string,
  body: (seen: Seen, t: TestContext) => Promise<void>,
  need: Need = () => undefined,
): (t: TestContext) => Promise<void> {
  return async (t) => {
    const missing = need()
    if (missing !== undefined) return t.skip(missing)
    const seen: Seen = new Set()
    await body(seen, t)
    const unseen = names.split(/\s+/).filter((name) => !seen.has(name))
    assert.deepEqual(unseen, [], 'named by the test and never answered')
  }
}
