import { statSync } from 'node:fs'
import {
  createToken,
  DEFAULT_TENANT,
  type FirstPrincipal,
  INTERNAL_REQUEST,
  internalSession,
  type Keeper,
  listTokens,
  revokeToken,
  SYSTEM_TENANT,
} from '@claviger/core'
import type { Composition } from './compose.ts'

/*
 * A crash after the first people were committed and before their tokens were written leaves tokens that nobody
 * has: the store keeps only their hashes.
 */

/** More entries than a keeper writes of itself before anybody uses it. */
const ENTRIES_MAX = 256
const TOKENS_MAX = 100
const DAY_SECONDS = 86_400

export interface FirstTokens {
  readonly principals: readonly FirstPrincipal[]
  readonly pathOf: (name: string) => string
  readonly write: (name: string, secret: string) => void
  readonly warn: (message: string) => void
}

/**
 * Makes the tokens anew that have no file, and ends the lost ones; only while the log shows that nobody has ever
 * come in: later, a file that is missing was taken away.
 */
export async function replaceLostTokens(
  composition: Composition,
  { principals, pathOf, write, warn }: FirstTokens,
): Promise<void> {
  const lost = principals.filter(({ name }) => !isFile(pathOf(name)))
  if (lost.length === 0 || (await wasUsed(composition))) return
  for (const { name, tokenDays } of lost) {
    const secret = await reissue(composition.keeper, name, tokenDays)
    write(name, secret)
    warn(
      `the token of ${name} was never written, and nobody has come in yet: it was revoked, and a new one is in ${pathOf(name)}`,
    )
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

async function reissue(keeper: Keeper, principal: string, tokenDays: number): Promise<string> {
  const session = internalSession(DEFAULT_TENANT, 'first-start')
  const page = { principal, limit: TOKENS_MAX }
  const { output } = await keeper.execute(session, listTokens, page, INTERNAL_REQUEST)
  const wanted = {
    principal,
    description: 'made for one that was lost at the first start',
    lifetimeSeconds: tokenDays * DAY_SECONDS,
  }
  // The new one first: a tenant is never left without somebody who governs it.
  const made = await keeper.execute(session, createToken, wanted, INTERNAL_REQUEST)
  for (const { id, identifier, revokedAt } of output.tokens) {
    // An access key has a file of its own.
    if (identifier !== undefined || revokedAt !== undefined) continue
    await keeper.execute(session, revokeToken, { token: id }, INTERNAL_REQUEST)
  }
  return made.output.secret
}

/** Whether the log tells of anybody but the keeper itself, or of more than can be looked through here. */
async function wasUsed({ ports }: Composition): Promise<boolean> {
  const tenants = [SYSTEM_TENANT, DEFAULT_TENANT]
  const { entries, next } = await ports.reader.list({ tenants, limit: ENTRIES_MAX })
  if (next !== undefined) return true
  return entries.some(({ entry }) => {
    const { actor } = JSON.parse(entry) as { readonly actor: { readonly auth: string } }
    return actor.auth !== 'internal' && actor.auth !== 'anonymous'
  })
}
