import { constantTimeEqual } from '@claviger/bytes'
import {
  type Clock,
  isKeeperError,
  KeeperError,
  type MaybePromise,
  type Session,
} from '@claviger/core'
import { hashHex, hmac } from '@claviger/crypto'
import {
  claimedSignature,
  deriveSigningKey,
  type HttpRequest,
  SigV4Error,
  type SignatureClaim,
  type SigV4Crypto,
  verifySignature,
} from '@claviger/sigv4'
import type { Authenticator, SharedSecretLogin } from './authenticator.ts'
import { unauthenticated } from './token-text.ts'

/** Who signed a request, and for which region. The same frozen object while session and region are the same. */
export interface SignedCaller {
  readonly session: Session
  readonly accessKeyId: string
  /** Of the signature's scope. */
  readonly region: string
}

export interface SignatureAuthenticatorOptions {
  readonly authenticator: Authenticator
  readonly clock: Clock
  /** The service that requests must be signed for: `kms`, `kms-xks-proxy`. */
  readonly service: string
  readonly isSealed: () => boolean
}

/** A signing key is good for one day, region and service. */
interface Signer {
  readonly caller: SignedCaller
  readonly signingKey: Uint8Array
}

const SIGNERS_PER_SESSION_MAX = 32
const TICKET = 'x-amz-security-token'

const crypto: SigV4Crypto = {
  sha256Hex: (data) => hashHex('sha256', data),
  hmacSha256: (key, data) => hmac('sha256', key, data),
  equal: constantTimeEqual,
}

/**
 * Turns requests signed by AWS Signature Version 4 into sessions. Synchronous while the access key is known.
 * Throws a SigV4Error for what is wrong with a signature, and the authenticator's errors for whose it is.
 */
export class SignatureAuthenticator {
  readonly #options: SignatureAuthenticatorOptions
  /** What has verified a request; it goes with its session. */
  #signers = new Map<Session, Map<string, Signer>>()

  constructor(options: SignatureAuthenticatorOptions) {
    this.#options = options
  }

  /** @param peer address without the port, for the limit on failures */
  authenticate(request: HttpRequest, peer: string): MaybePromise<SignedCaller> {
    const { authenticator, clock, service } = this.#options
    const claim = claimedSignature(request, { service, now: clock.now() })
    let login: MaybePromise<SharedSecretLogin>
    try {
      login = authenticator.bySharedSecret(claim.accessKeyId, peer)
    } catch (error) {
      return this.#sealed(error)
    }
    if (!(login instanceof Promise)) return this.#verify(claim, login, request, peer)
    return login.then(
      (found) => this.#verify(claim, found, request, peer),
      (error: unknown) => this.#sealed(error),
    )
  }

  /** Wipes what was derived from secrets. */
  clear(): void {
    for (const signers of this.#signers.values()) wipe(signers)
    this.#signers = new Map()
  }

  #verify(
    claim: SignatureClaim,
    login: SharedSecretLogin,
    request: HttpRequest,
    peer: string,
  ): SignedCaller {
    const { session } = login
    const scope = `${claim.date}/${claim.region}`
    const known = this.#signers.get(session)?.get(scope)
    // The session may have ended while this request waited for it.
    if (login.secret.isWiped) throw unauthenticated()
    const signingKey =
      known?.signingKey ?? deriveSigningKey(crypto, login.secret.exposeBytes(), claim)
    try {
      verifySignature(crypto, claim, signingKey, request)
      const ticket = request.headers[TICKET]
      if (!login.isTicket(typeof ticket === 'string' ? ticket : undefined)) throw unauthenticated()
    } catch (error) {
      if (known === undefined) signingKey.fill(0)
      this.#count(error, peer, session)
      throw error
    }
    if (known !== undefined) return known.caller
    const { accessKeyId, region } = claim
    const caller = Object.freeze({ session, accessKeyId, region })
    this.#keep(scope, { caller, signingKey })
    return caller
  }

  /** Only what has verified a request is kept: strangers cannot fill this. */
  #keep(scope: string, signer: Signer): void {
    const { session } = signer.caller
    let signers = this.#signers.get(session)
    if (signers === undefined) {
      this.#forgetEnded()
      signers = new Map()
      this.#signers.set(session, signers)
    } else if (signers.size >= SIGNERS_PER_SESSION_MAX) {
      wipe(signers)
    }
    signers.set(scope, signer)
  }

  /** At each new session: what is kept is never more than the sessions in force, and one. */
  #forgetEnded(): void {
    for (const [session, signers] of this.#signers) {
      if (this.#options.authenticator.isCurrent(session)) continue
      wipe(signers)
      this.#signers.delete(session)
    }
  }

  /** A known access key with a wrong signature fails as an unknown one does: so often, and no more. */
  #count(error: unknown, peer: string, session: Session): void {
    const failed =
      (error instanceof SigV4Error && error.code === 'mismatch') ||
      (isKeeperError(error) && error.code === 'unauthenticated')
    if (!failed) return
    this.#options.authenticator.assertOpen(peer)
    this.#options.authenticator.refuseSignature(peer, session)
  }

  /** No signature can be checked while sealed: say that rather than that its key is unknown. */
  #sealed(error: unknown): never {
    if (isKeeperError(error) && error.code === 'unauthenticated' && this.#options.isSealed()) {
      throw new KeeperError('sealed', 'the keeper is sealed; unseal it first')
    }
    throw error
  }
}

function wipe(signers: Map<string, Signer>): void {
  for (const { signingKey } of signers.values()) signingKey.fill(0)
  signers.clear()
}
