import { concat, encodeUtf8 } from '@claviger/bytes'
import { utf16 } from './der-writer.ts'

/** A passphrase in the forms that the constructions take it in. */
export class Passphrase {
  /** PKCS #5 v2 and JKS's kin. */
  readonly utf8: Uint8Array
  /** PKCS #12: UTF-16 with its terminator (RFC 7292 §B.1). */
  readonly bmp: Uint8Array

  private constructor(utf8: Uint8Array, bmp: Uint8Array) {
    this.utf8 = utf8
    this.bmp = bmp
  }

  static of(text: string): Passphrase {
    const units = utf16(text)
    const bmp = concat(units, Uint8Array.of(0, 0))
    units.fill(0)
    return new Passphrase(encodeUtf8(text), bmp)
  }

  /**
   * What the text may stand for. Where it is empty, some programs hash the terminator alone and others
   * nothing at all; Windows and OpenSSL both write the one and take the other.
   */
  static candidates(text: string): readonly Passphrase[] {
    const stated = Passphrase.of(text)
    return text === '' ? [stated, new Passphrase(new Uint8Array(), new Uint8Array())] : [stated]
  }

  wipe(): void {
    this.utf8.fill(0)
    this.bmp.fill(0)
  }
}
