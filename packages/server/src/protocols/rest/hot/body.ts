import { TransportError } from '../problem.ts'

/** Only JSON, and only in UTF-8 (RFC 8259 §8.1). */
export function assertJson(contentType: string | undefined): void {
  if (contentType === 'application/json') return
  if (
    contentType !== undefined &&
    /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(contentType)
  ) {
    return
  }
  throw new TransportError('unsupported-media-type', 'send the body as application/json')
}
