import { BytesError, canonicalJson, type CanonicalJson, encodeUtf8 } from '@claviger/bytes'
import { verifyTlogProof } from '@claviger/tlog'
import { decodeUtf8 } from '@claviger/bytes'
import { CliError } from '../../cli-error.ts'
import { type KnownLog, sha256 } from '../audit/verifier-keys.ts'

export const REVIEW_TYPE = 'claviger access review v1'

/** A review with the proof that it is what the keeper said, as one file. */
export interface ReviewFile {
  readonly type: string
  readonly review: Review
  /** c2sp.org/tlog-proof */
  readonly receipt: string
}

/** What of a review is shown; a file may say more. */
export interface Review {
  readonly tenant: string
  readonly at: string
  readonly by: { readonly name: string }
  readonly staleDays: number
  readonly log: { readonly entries: number; readonly since?: string }
  readonly principals: readonly ReviewedPrincipal[]
  readonly groups: readonly {
    readonly id: string
    readonly name: string
    readonly members: readonly { readonly principal: string; readonly team: string }[]
  }[]
  readonly quorums: readonly {
    readonly name: string
    readonly actions: readonly string[]
    readonly approvals: number
    readonly group: string
  }[]
  readonly policies: readonly { readonly name: string; readonly sha256: string }[]
  readonly kept: Readonly<Record<string, number>>
  readonly findings: readonly {
    readonly severity: string
    readonly rule: string
    readonly kind: string
    readonly name: string
    readonly message: string
  }[]
  readonly damaged: readonly string[]
}

export interface ReviewedPrincipal {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly roles: readonly string[]
  readonly disabled: boolean
  readonly lastSeen?: string
  readonly stale: boolean
  readonly may: readonly string[]
  readonly certificates: number
  readonly approverKeys: readonly string[]
  readonly tokens: readonly {
    readonly id: string
    readonly description: string
    readonly state: string
    readonly expiresAt: string
    readonly lastSeen?: string
    readonly unused: boolean
    readonly stale: boolean
  }[]
}

export interface VerifiedReview {
  readonly review: Review
  readonly index: number
  readonly at: string
}

/** Throws unless the log's key says that this very review was made in this log. */
export async function verifyReview(bytes: Uint8Array, log: KnownLog): Promise<VerifiedReview> {
  const { review, receipt } = parseFile(bytes)
  const { verifiers, origin } = log
  const proof = await verifyTlogProof(encodeUtf8(receipt), { sha256, verifiers, origin })
  const event = JSON.parse(decodeUtf8(proof.entry)) as {
    readonly action?: string
    readonly outcome?: string
    readonly at?: string
    readonly details?: { readonly sha256?: string }
  }
  if (event.action !== 'duties.review' || event.outcome !== 'allowed') {
    throw failed('the receipt is of another entry, which tells of no review')
  }
  const digest = Buffer.from(sha256(encodeUtf8(canonical(review)))).toString('hex')
  if (event.details?.sha256 !== digest) {
    throw failed('the review is not the one that the log tells of: it was changed')
  }
  return { review, index: proof.index, at: event.at ?? '' }
}

function parseFile(bytes: Uint8Array): ReviewFile {
  try {
    const file = JSON.parse(decodeUtf8(bytes)) as Partial<ReviewFile>
    const { type, review, receipt } = file
    if (type === REVIEW_TYPE && typeof review === 'object' && typeof receipt === 'string') {
      return file as ReviewFile
    }
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof BytesError)) throw error
  }
  throw new CliError('usage', 'it is no access review')
}

function canonical(review: Review): string {
  try {
    return canonicalJson(review as unknown as CanonicalJson)
  } catch (error) {
    if (error instanceof BytesError) throw failed('the review is not one that a keeper writes')
    throw error
  }
}

function failed(message: string): CliError {
  return new CliError('verification-failed', message)
}
