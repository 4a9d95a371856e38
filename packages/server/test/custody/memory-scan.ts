import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

export interface Needle {
  readonly name: string
  readonly bytes: Buffer
}

export interface Finding {
  readonly name: string
  readonly locked: boolean
  readonly region: string
}

const CHUNK_BYTES = 8 * 1024 * 1024

/**
 * A secret in every form it could be left behind: raw, with its words reversed as OpenSSL's integers are,
 * in hex and in base64; and by its first and last half, since an allocator overwrites what was freed.
 */
export function needlesOf(name: string, secret: Uint8Array): Needle[] {
  const raw = Buffer.from(secret)
  const reversed = Buffer.from(raw).reverse()
  const forms: [string, Buffer][] = [
    ['raw', raw],
    ['reversed', reversed],
    ['hex', Buffer.from(raw.toString('hex'))],
    ['upper hex', Buffer.from(raw.toString('hex').toUpperCase())],
    ['base64', Buffer.from(raw.toString('base64').replace(/=+$/, '').slice(0, -1))],
    ['base64url', Buffer.from(raw.toString('base64url').slice(0, -1))],
  ]
  return forms.flatMap(([form, bytes]) => {
    const half = bytes.length >> 1
    const last = { name: `${name}, ${form}, last half`, bytes: bytes.subarray(half) }
    // Text is not cut up by an allocator that keeps its lists in the first bytes of what is free.
    if (form !== 'raw' && form !== 'reversed') return [last]
    return [{ name: `${name}, ${form}, first half`, bytes: bytes.subarray(0, half) }, last]
  })
}

/** Where any of the needles lies in another process; throws EPERM or EACCES where it may not be read. */
export function scanMemory(pid: number, needles: readonly Needle[]): Finding[] {
  const findings: Finding[] = []
  const descriptor = openSync(`/proc/${pid}/mem`, 'r')
  const overlap = Math.max(...needles.map(({ bytes }) => bytes.length))
  const chunk = Buffer.alloc(CHUNK_BYTES)
  try {
    for (const { start, end, locked, region } of mappings(pid)) {
      for (let from = start; from < end; from += CHUNK_BYTES - overlap) {
        const length = read(descriptor, chunk, from, Math.min(CHUNK_BYTES, end - from))
        for (const { name, bytes } of needles) {
          if (chunk.subarray(0, length).includes(bytes)) findings.push({ name, locked, region })
        }
      }
    }
  } finally {
    closeSync(descriptor)
  }
  return findings
}

function read(descriptor: number, chunk: Buffer, position: number, length: number): number {
  try {
    return readSync(descriptor, chunk, 0, length, position)
  } catch {
    // a page that is reserved and not there
    return 0
  }
}

function* mappings(pid: number) {
  const text = readFileSync(`/proc/${pid}/smaps`, 'utf8')
  for (const entry of text.split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/)) {
    const header = /^([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+\s*(.*)/.exec(entry)
    if (header === null || header[3]?.startsWith('[v') === true) continue
    const [start, end] = [
      Number.parseInt(header[1] as string, 16),
      Number.parseInt(header[2] as string, 16),
    ]
    yield { start, end, locked: /VmFlags:.* lo\b/.test(entry), region: header[0] }
  }
}
