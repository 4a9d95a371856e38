import { Worker } from 'node:worker_threads'
import { type BackupReply, type BackupThreadData, type BackupWord, errorOf } from './backup-talk.ts'

type Waiting = {
  readonly resolve: (reply: BackupReply) => void
  readonly reject: (error: unknown) => void
}

/** The keeper's end of the thread that makes a backup. */
export class BackupWorker {
  readonly #worker: Worker
  #waiting: Waiting | undefined
  #dead: Error | undefined

  constructor(data: BackupThreadData) {
    this.#worker = new Worker(new URL('./backup-thread.ts', import.meta.url), { workerData: data })
    this.#worker.on('message', (reply: BackupReply) => this.#take()?.resolve(reply))
    this.#worker.on('error', (error: Error) => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('the thread of the backup has ended')))
  }

  /** The reply to a word; throws what the thread has thrown. */
  async ask(word: BackupWord): Promise<BackupReply> {
    if (this.#dead !== undefined) throw this.#dead
    const reply = await new Promise<BackupReply>((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#worker.postMessage(word)
    })
    if (reply.kind === 'fault') throw errorOf(reply.fault)
    return reply
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  #end(error: Error): void {
    this.#dead ??= error
    this.#take()?.reject(this.#dead)
  }

  #take(): Waiting | undefined {
    const waiting = this.#waiting
    this.#waiting = undefined
    return waiting
  }
}
