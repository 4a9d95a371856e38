import { encodeUtf8 } from '@claviger/bytes'
import { isKeeperError } from '@claviger/core'
import { createCedarAuthorizer } from '../../src/policy/index.ts'

const authorizer = createCedarAuthorizer()

/** Policy text: Cedar's parser behind our bounds; anything else than a refusal would be the engine lost. */
export const fuzzTargets: readonly {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  parse(input: Uint8Array): void
  isExpected(error: unknown): boolean
}[] = [
  {
    name: 'policy text',
    seeds: [
      'permit (principal in Role::"user", action in [Action::"use"], resource is Key);',
      'forbid (principal, action, resource) unless { context has peer && context.peer.isInRange(ip("10.0.0.0/8")) };',
      '@id("x") permit (principal, action, resource) when { if true then ((1 + 2) * 3) == 9 else false };',
    ].map((text) => encodeUtf8(text)),
    parse: (input) => authorizer.check(Buffer.from(input).toString()),
    isExpected: (error) =>
      isKeeperError(error) &&
      error.cause === undefined &&
      (error.code === 'invalid-input' || error.code === 'too-large'),
  },
]
