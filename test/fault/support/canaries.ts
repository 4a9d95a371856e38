import { encodeBase64, encodeBase64url, encodeHex } from '@claviger/bytes'
import { randomBytes } from '@claviger/crypto'

interface Canary {
  readonly name: string
  readonly forms: readonly Buffer[]
}

/** Secrets that nobody else would write, and every form in which one could come out. */
export class Canaries {
  readonly #canaries: Canary[] = []

  /** Random bytes; in base64, as calls take them. */
  bytes(name: string, lengthBytes = 32): string {
    return this.watch(name, encodeBase64(randomBytes(lengthBytes)))
  }

  /** A random word. */
  text(name: string): string {
    const text = `canary${encodeHex(randomBytes(12))}`
    this.#add(name, Buffer.from(text))
    return text
  }

  /** A secret that the keeper made, in base64. */
  watch(name: string, base64: string): string {
    this.#add(name, Buffer.from(base64, 'base64'))
    return base64
  }

  /** A secret that is text: a token, a share. */
  watchText(name: string, text: string): string {
    this.#add(name, Buffer.from(text))
    return text
  }

  get count(): number {
    return this.#canaries.length
  }

  /** Names of those that are in some bytes, but for the ones that may be. */
  find(where: Buffer | string, expected: readonly string[] = []): string[] {
    const bytes = Buffer.from(where)
    return this.#canaries
      .filter(({ name }) => !expected.includes(name))
      .filter(({ forms }) => forms.some((form) => bytes.includes(form)))
      .map(({ name }) => name)
  }

  #add(name: string, raw: Buffer): void {
    const texts = [raw.toString('hex'), raw.toString('hex').toUpperCase()]
    // Base64 of something that has the secret inside starts at any of three places.
    for (const skip of [0, 1, 2]) {
      const inside = raw.subarray(skip, raw.length - ((raw.length - skip) % 3))
      texts.push(encodeBase64(inside), encodeBase64url(inside))
    }
    const encoded = texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, 'utf16le')])
    const wide = Buffer.from(raw.toString('latin1'), 'utf16le')
    this.#canaries.push({ name, forms: [raw, wide, ...encoded] })
  }
}
