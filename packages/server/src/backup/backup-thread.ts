import { createReadStream } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { equalHashes } from '@claviger/tlog'
import { hashLatin1 } from '@claviger/crypto'
import { copyEntries, LogRebuild } from '../audit/index.ts'
import { StoreSnapshot } from '../storage/sqlite/snapshot.ts'
import { sealAge } from './age-stream.ts'
import { damaged } from './backup-error.ts'
import {
  type BackupBegin,
  type BackupReply,
  type BackupThreadData,
  type BackupWord,
  faultOf,
} from './backup-talk.ts'
import { type SignManifest, writeFrames } from './write-frames.ts'

// A thread of its own for one backup: copying, hashing and sealing hold nobody else up.

const { storeFile, copyFile, logFolder } = workerData as BackupThreadData
const READ_BYTES = 256 * 1024

const snapshot = new StoreSnapshot(storeFile, copyFile)
let output: BackupOutput | undefined

/** Replies of their own time are undefined here: those to `next` and `signed` come when they are ready. */
async function answer(word: BackupWord): Promise<BackupReply | undefined> {
  switch (word.kind) {
    case 'ready':
      return { kind: 'done' }
    case 'hold':
      snapshot.hold()
      return { kind: 'done' }
    case 'copy': {
      const facts = snapshot.copy()
      snapshot.close()
      return { kind: 'copied', facts }
    }
    case 'begin': {
      const begun = new BackupOutput()
      await begun.open(word)
      output = begun
      return { kind: 'done' }
    }
    case 'next':
      output?.next()
      return undefined
    case 'signed':
      output?.next(word.note)
      return undefined
  }
}

/**
 * Gives out the sealed pieces. The streams in between read ahead, so the manifest may want its signature while
 * pieces before it are still to be given out.
 */
class BackupOutput {
  #pieces: AsyncIterator<Uint8Array> | undefined
  #pending = false
  #isAsked = false
  #ready: BackupReply | undefined
  #toSign: string | undefined
  #signed: ((note: Uint8Array) => void) | undefined

  async open(begin: BackupBegin): Promise<void> {
    const frames = framesOf(begin, (text) => this.#sign(text))
    this.#pieces = (await sealAge(begin.sealing, frames))[Symbol.asyncIterator]()
  }

  next(note?: Uint8Array): void {
    this.#isAsked = true
    if (note !== undefined) this.#signed?.(note)
    if (!this.#pending && this.#ready === undefined) void this.#pull()
    this.#settle()
  }

  async #pull(): Promise<void> {
    this.#pending = true
    try {
      const next = await this.#pieces?.next()
      this.#ready = next?.done === false ? { kind: 'piece', piece: next.value } : { kind: 'done' }
    } catch (error) {
      this.#ready = { kind: 'fault', fault: faultOf(error) }
    }
    this.#pending = false
    this.#settle()
  }

  #sign(text: string): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.#signed = resolve
      this.#toSign = text
      this.#settle()
    })
  }

  #settle(): void {
    if (!this.#isAsked) return
    const reply: BackupReply | undefined =
      this.#toSign === undefined ? this.#ready : { kind: 'sign', text: this.#toSign }
    if (reply === undefined) return
    if (this.#toSign === undefined) this.#ready = undefined
    this.#toSign = undefined
    this.#isAsked = false
    tell(reply)
  }
}

function framesOf(
  { facts, log, small }: BackupBegin,
  sign: SignManifest,
): AsyncGenerator<Uint8Array> {
  const { root, tail } = log
  const sources = {
    'log-keys': [small.logKeys],
    checkpoint: [small.checkpoint],
    seal: [small.seal],
    entries: checkedEntries({ size: facts.entries, root, tail }),
    store: createReadStream(copyFile, { highWaterMark: READ_BYTES }),
  }
  return writeFrames(facts, sources, sign)
}

/** A log that does not add up to its own head would not be taken back: better to say so now. */
async function* checkedEntries(
  cut: Parameters<typeof copyEntries>[1],
): AsyncGenerator<Uint8Array, void, undefined> {
  const rebuild = new LogRebuild((data) => hashLatin1('sha256', data))
  for await (const piece of copyEntries(logFolder, cut)) {
    rebuild.push(piece)
    yield piece
  }
  const root = rebuild.finish()?.root
  const isSame =
    cut.root === undefined ? root === undefined : root !== undefined && equalHashes(root, cut.root)
  if (!isSame) throw damaged('the entries of the log do not add up to its head')
}

function tell(reply: BackupReply): void {
  parentPort?.postMessage(reply)
}

parentPort?.on('message', (word: BackupWord) => {
  answer(word).then(
    (reply) => reply !== undefined && tell(reply),
    (error: unknown) => tell({ kind: 'fault', fault: faultOf(error) }),
  )
})
