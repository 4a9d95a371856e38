import { readFileSync } from 'node:fs'
import type { Clock } from '@claviger/core'
import { IssuerKeys, JwtVerifier, type TrustedIssuer } from './authenticate/index.ts'
import type { OidcIssuer } from './config/oidc.ts'
import { httpsJson } from './https-json.ts'

const SECOND_MS = 1_000

/** What verifies the tokens of the issuers that the configuration trusts; undefined where there are none. */
export function openJwtVerifier(
  issuers: readonly OidcIssuer[],
  clock: Clock,
  report: (issuer: string, error: unknown) => void,
): JwtVerifier | undefined {
  if (issuers.length === 0) return undefined
  return new JwtVerifier(
    issuers.map((one) => trusted(one, clock, (error) => report(one.issuer, error))),
    clock,
  )
}

function trusted(
  settings: OidcIssuer,
  clock: Clock,
  report: (error: unknown) => void,
): TrustedIssuer {
  const { issuer, jwksUri, authorities, clockToleranceSeconds, ageSecondsMax } = settings
  const pem = authorities === undefined ? undefined : readFileSync(authorities, 'utf8')
  return {
    ...settings,
    clockToleranceMs: clockToleranceSeconds * SECOND_MS,
    ageMsMax: ageSecondsMax * SECOND_MS,
    keys: new IssuerKeys({
      issuer,
      ...(jwksUri !== undefined && { jwksUri }),
      fetchJson: (url) => httpsJson(url, pem),
      clock,
      keysAgeMsMax: settings.keysAgeSecondsMax * SECOND_MS,
      report,
    }),
  }
}
