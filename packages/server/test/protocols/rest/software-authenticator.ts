import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

const FLAG_USER_PRESENT = 0x01
const FLAG_USER_VERIFIED = 0x04

/** What an assertion is made with; every member is one that a verifier has to look at. */
export interface Ceremony {
  readonly rpId: string
  readonly origin: string
  readonly type: string
  readonly challenge: Uint8Array
  readonly userPresent: boolean
  readonly userVerified: boolean
  /** More members of the client data, such as `crossOrigin`. */
  readonly clientData: Readonly<Record<string, unknown>>
}

/** As `POST /v1/approvals/{approval}/approve` takes it. */
export interface AssertionBody {
  readonly key: string
  readonly signature: string
  readonly assertion: { readonly authenticatorData: string; readonly clientDataJson: string }
}

/** An authenticator and the browser before it, after WebAuthn Level 2 §6 and §5.8.1, with nothing of ours. */
export class SoftwareAuthenticator {
  readonly credential = randomBytes(32)
  readonly #privateKey: KeyObject
  readonly #publicKey: KeyObject
  /** How often it has signed; stays 0 where `counts` is false. */
  signCount = 0
  readonly #counts: boolean

  constructor(curve: 'ed25519' | 'P-256' = 'P-256', counts = true) {
    const pair =
      curve === 'ed25519'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', { namedCurve: curve })
    this.#privateKey = pair.privateKey
    this.#publicKey = pair.publicKey
    this.#counts = counts
  }

  get spki(): Buffer {
    return this.#publicKey.export({ format: 'der', type: 'spki' })
  }

  get keyId(): string {
    return createHash('sha256').update(this.spki).digest('hex')
  }

  /** COSE_Key (RFC 9053 §7) in the encoding of CTAP2 §8: keys in the order 1, 3, -1, -2, -3. */
  get cose(): Buffer {
    const { x = '', y } = this.#publicKey.export({ format: 'jwk' })
    const isEd25519 = y === undefined
    const coordinate = (label: number, text: string): Buffer =>
      Buffer.concat([Buffer.of(label, 0x58, 32), Buffer.from(text, 'base64url')])
    const head = isEd25519
      ? Buffer.of(0xa4, 1, 1, 3, 0x27, 0x20, 6)
      : Buffer.of(0xa5, 1, 2, 3, 0x26, 0x20, 1)
    return Buffer.concat([head, coordinate(0x21, x), ...(isEd25519 ? [] : [coordinate(0x22, y)])])
  }

  /** As an approver's page would: for this statement, unless `change` says otherwise. */
  approve(statement: string, change: Partial<Ceremony> = {}): AssertionBody {
    const ceremony: Ceremony = {
      rpId: 'example.test',
      origin: 'https://keys.example.test',
      type: 'webauthn.get',
      challenge: createHash('sha256').update(statement).digest(),
      userPresent: true,
      userVerified: true,
      clientData: { crossOrigin: false },
      ...change,
    }
    const clientDataJson = Buffer.from(
      JSON.stringify({
        type: ceremony.type,
        challenge: Buffer.from(ceremony.challenge).toString('base64url'),
        origin: ceremony.origin,
        ...ceremony.clientData,
      }),
    )
    const authenticatorData = this.#authenticatorData(ceremony)
    return this.bodyOf(authenticatorData, clientDataJson)
  }

  /** `toJSON()` of what `navigator.credentials.create` gives (WebAuthn Level 3 §5.1). */
  createdJson() {
    const id = this.credential.toString('base64url')
    const publicKey = this.spki.toString('base64url')
    return { id, rawId: id, type: 'public-key', response: { publicKey, transports: ['usb'] } }
  }

  /** `toJSON()` of what `navigator.credentials.get` gives. */
  assertionJson(statement: string, change: Partial<Ceremony> = {}) {
    const { signature, assertion } = this.approve(statement, change)
    const url = (base64: string): string => Buffer.from(base64, 'base64').toString('base64url')
    const id = this.credential.toString('base64url')
    const response = {
      authenticatorData: url(assertion.authenticatorData),
      clientDataJSON: url(assertion.clientDataJson),
      signature: url(signature),
    }
    return { id, rawId: id, type: 'public-key', response }
  }

  /** Signs whatever it is given. */
  bodyOf(authenticatorData: Buffer, clientDataJson: Buffer): AssertionBody {
    const hash = createHash('sha256').update(clientDataJson).digest()
    const message = Buffer.concat([authenticatorData, hash])
    const digest = this.#privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256'
    return {
      key: this.keyId,
      signature: sign(digest, message, this.#privateKey).toString('base64'),
      assertion: {
        authenticatorData: authenticatorData.toString('base64'),
        clientDataJson: clientDataJson.toString('base64'),
      },
    }
  }

  /** As a tool would sign that knows no WebAuthn. */
  signPlainly(statement: string): { readonly key: string; readonly signature: string } {
    const digest = this.#privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256'
    const signature = sign(digest, Buffer.from(statement), this.#privateKey)
    return { key: this.keyId, signature: signature.toString('base64') }
  }

  #authenticatorData({ rpId, userPresent, userVerified }: Ceremony): Buffer {
    if (this.#counts) this.signCount++
    const head = Buffer.alloc(37)
    createHash('sha256').update(rpId).digest().copy(head)
    head[32] = (userPresent ? FLAG_USER_PRESENT : 0) | (userVerified ? FLAG_USER_VERIFIED : 0)
    head.writeUInt32BE(this.signCount, 33)
    return head
  }
}
