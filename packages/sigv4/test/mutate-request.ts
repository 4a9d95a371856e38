import type { HttpRequest } from '../src/index.ts'

type Random = (below: number) => number

/** Characters that no rule of canonical requests takes for nothing. */
const PRINTABLE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+_-'

/** The same inputs for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** The request with something of what is signed changed: never one that means the same. */
export function mutateRequest(request: HttpRequest, random: Random): HttpRequest {
  const signed = signedHeaders(request)
  const name = signed[random(signed.length)] as string
  switch (random(10)) {
    case 0:
      return { ...request, method: mutateText(request.method, random) }
    case 1:
      return { ...request, target: mutateTarget(request.target, random) }
    case 2:
    case 3:
      return { ...request, body: mutateBytes(request.body, random) }
    case 4:
    case 5:
      return withHeader(request, 'authorization', (value) => mutateText(value, random))
    case 6:
    case 7:
      return withHeader(request, name, (value) => mutateText(value, random))
    case 8:
      return withHeader(request, random(8) === 0 ? 'authorization' : name, () => undefined)
    default:
      return random(2) === 0
        ? withHeader(request, name, (value) => [value, value])
        : withHeader(request, `x-amz-${PRINTABLE[random(26)]?.toLowerCase()}`, () => 'more')
  }
}

function signedHeaders({ headers }: HttpRequest): readonly string[] {
  const authorization = String(headers['authorization'])
  return (/SignedHeaders=([^,]*)/.exec(authorization)?.[1] ?? '').split(';')
}

function withHeader(
  request: HttpRequest,
  name: string,
  change: (value: string) => string | readonly string[] | undefined,
): HttpRequest {
  const headers = { ...request.headers }
  const changed = change(String(headers[name] ?? ''))
  if (changed === undefined) delete headers[name]
  else headers[name] = changed
  return { ...request, headers }
}

/** A bit turned, a character more, less or in another's place, or the end cut off. */
function mutateText(text: string, random: Random): string {
  const at = text.length === 0 ? 0 : random(text.length)
  const fresh = PRINTABLE[random(PRINTABLE.length)] as string
  const before = text.slice(0, at)
  const after = text.slice(at + 1)
  switch (random(5)) {
    case 0:
      return before + fresh + text.slice(at)
    case 1:
      // A blank that is gone may leave the same meaning.
      return text[at] === ' ' ? `${before}${fresh}${after}` : before + after
    case 2:
      return before.trimEnd() + (text[at] === ' ' ? fresh : '')
    default: {
      const code = text.charCodeAt(at)
      return before + String.fromCharCode(code ^ (1 << random(8))) + after
    }
  }
}

/** Not `//`, `/.` and the like, which are the same path once more. */
function mutateTarget(target: string, random: Random): string {
  const fresh = PRINTABLE[random(26)] as string
  switch (random(3)) {
    case 0:
      return `${target}${fresh}`
    case 1:
      return `${target}?${fresh}`
    default:
      return String.fromCharCode(target.charCodeAt(0) ^ (1 << random(8))) + target.slice(1)
  }
}

function mutateBytes(body: Uint8Array, random: Random): Uint8Array {
  const bytes = Array.from(body)
  const at = random(bytes.length)
  switch (random(4)) {
    case 0:
      bytes.splice(at, 0, random(256))
      break
    case 1:
      bytes.splice(at, 1)
      break
    case 2:
      bytes.length = at
      break
    default:
      bytes[at] = (bytes[at] as number) ^ (1 << random(8))
  }
  return Uint8Array.from(bytes)
}
