/** An HTTP request as far as a signature looks at it. */
export interface HttpRequest {
  readonly method: string
  /** The request target as it is on the wire: path, and `?query` if there is one. */
  readonly target: string
  /** By lower-case name. Several values of one name are an array. */
  readonly headers: Headers
  readonly body: Uint8Array
}

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** The two primitives, given by whoever has them. */
export interface SigV4Crypto {
  /** Lower-case hexadecimal. */
  sha256Hex(data: Uint8Array | string): string
  hmacSha256(key: Uint8Array, data: Uint8Array | string): Uint8Array
  /** Equal, in a time that does not depend on where they differ. */
  equal(left: Uint8Array, right: Uint8Array): boolean
}

/** `<date>/<region>/<service>/aws4_request` */
export interface CredentialScope {
  /** `YYYYMMDD` */
  readonly date: string
  readonly region: string
  readonly service: string
}

export const ALGORITHM = 'AWS4-HMAC-SHA256'
export const TERMINATOR = 'aws4_request'
