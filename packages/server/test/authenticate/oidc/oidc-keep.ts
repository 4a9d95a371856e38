import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Principal } from '@claviger/core'
import type { AuthenticatorOptions } from '../../../src/authenticate/index.ts'
import { parseConfig } from '../../../src/config/parse-config.ts'
import { openJwtVerifier } from '../../../src/oidc-issuers.ts'
import { Keep, samplePrincipal, StoppedClock } from '../sample-principals.ts'
import { AUDIENCE, TestIssuer } from './test-issuer.ts'

/** An authenticator that trusts an issuer, and the principal that the issuer's tokens name. */
export interface OidcKeep {
  readonly keep: Keep
  /** Of the authenticator, the keys and the issuer. */
  readonly clock: StoppedClock
  readonly issuer: TestIssuer
  readonly principal: Principal
  /** Why keys could not be had. */
  readonly reported: unknown[]
}

/** @param lines of the issuer's table, beside who it is; a prefix unless they say `principals` */
export async function openOidcKeep(
  t: TestContext,
  { lines = '', alg = 'ES256', options = {} as Partial<AuthenticatorOptions> } = {},
): Promise<OidcKeep> {
  const clock = new StoppedClock()
  clock.at = Date.now()
  const issuer = await TestIssuer.start(alg, () => clock.at)
  t.after(() => issuer.stop())
  const folder = mkdtempSync(join(tmpdir(), 'claviger-oidc-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'issuer.pem'), issuer.authorities)
  const reported: unknown[] = []
  const { oidc } = parseConfig(issuerConfig(issuer, lines), folder)
  const jwts = openJwtVerifier(oidc, clock, (_issuer, error) => reported.push(error))
  assert.ok(jwts)
  const keep = await Keep.open({ clock, jwts, ...options })
  const principal = await keep.putPrincipal(
    samplePrincipal(1, { name: 'ci/release', roles: ['user', 'officer'] }),
  )
  return { keep, clock, issuer, principal, reported }
}

export function issuerConfig({ url }: TestIssuer, lines: string): string {
  return [
    'folder = "."',
    '[[oidc]]',
    `issuer = "${url}"`,
    `audiences = ["${AUDIENCE}"]`,
    'authorities = "issuer.pem"',
    ...(lines.includes('principals') ? [] : ['prefix = "ci/"']),
    lines,
  ].join('\n')
}
