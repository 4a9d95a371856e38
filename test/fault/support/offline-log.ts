import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hash } from '@claviger/crypto'
import { logVerifier } from '@claviger/server'
import { verifyLogFolder } from '@claviger/server/audit'
import {
  equalHashes,
  Frontier,
  hashLeaf,
  hashNode,
  type LogVerification,
  openCheckpoint,
  verifyTlogProof,
} from '@claviger/tlog'

export const ORIGIN = 'claviger.local/log'
const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes)

/** Checks a server's log from its files alone, as an outsider with its verifier keys does. */
export class OfflineLog {
  readonly #folder: string
  readonly #saved: Buffer[] = []

  constructor(folder: string) {
    this.#folder = folder
  }

  get #options() {
    const vkeys = readFileSync(join(this.#folder, 'log.vkey'), 'utf8').trim().split('\n')
    return { sha256, origin: ORIGIN, verifiers: vkeys.map((vkey) => logVerifier(vkey)) }
  }

  /** Remembers a checkpoint, which every later state of the log must contain. */
  save(checkpoint: string | Buffer): void {
    this.#saved.push(Buffer.from(checkpoint))
  }

  /** Remembers the one that is on disk now, if there is one. */
  saveCurrent(): void {
    try {
      this.save(readFileSync(join(this.#folder, 'data', 'log', 'checkpoint')))
    } catch {
      // A log that has not published yet.
    }
  }

  /** Every entry, tile and signature, and that all remembered checkpoints are beginnings of this log. */
  async verify(onEntry?: (index: number, text: string) => void): Promise<LogVerification> {
    const wanted = new Map<number, Uint8Array[]>()
    for (const note of this.#saved) {
      const { size, root } = await openCheckpoint(note, this.#options.verifiers, ORIGIN)
      wanted.set(size, [...(wanted.get(size) ?? []), root])
    }
    const frontier = new Frontier<Uint8Array>((left, right) => hashNode(sha256, left, right))
    const met = new Set<number>()
    const verified = await verifyLogFolder(join(this.#folder, 'data', 'log'), {
      ...this.#options,
      saved: this.#saved.at(-1),
      onEntry: (index, entry) => {
        onEntry?.(index, Buffer.from(entry).toString('utf8'))
        frontier.append(hashLeaf(sha256, entry))
        const root = frontier.root()
        for (const seen of wanted.get(frontier.size) ?? []) {
          if (root === undefined || !equalHashes(seen, root)) {
            throw new Error(`the log is not what the checkpoint of size ${frontier.size} was of`)
          }
        }
        met.add(frontier.size)
      },
    })
    for (const size of wanted.keys()) {
      if (size > 0 && !met.has(size)) throw new Error(`the log ends before a checkpoint of ${size}`)
    }
    return verified
  }

  /** The entry that a receipt proves. */
  async entryOf(receipt: string): Promise<{ readonly index: number; readonly text: string }> {
    const { index, entry } = await verifyTlogProof(Buffer.from(receipt), this.#options)
    return { index, text: Buffer.from(entry).toString('utf8') }
  }
}
