import { KeeperError } from '@claviger/core'
import { join } from 'node:path'
import { encodeCheckpoint, type NoteSigner, type Sha256, signNote } from '@claviger/tlog'
import { type LogFiles, replaceFile } from './log-files.ts'
import type { PublishedCheckpoint } from './recovery.ts'
import type { TileWriter } from './tile-writer.ts'
import type { TreeState } from './tree-state.ts'

export interface CheckpointPublisherOptions {
  readonly files: LogFiles
  readonly folder: string
  readonly origin: string
  /** May be filled later: while it is empty (the keeper is sealed) nothing new is published. */
  readonly signers: readonly NoteSigner[]
  readonly sha256: Sha256
  readonly tree: TreeState
  readonly tiles: TileWriter
  readonly published: PublishedCheckpoint | undefined
}

/**
 * Publishes checkpoints, one at a time.
 *
 * INVARIANT: the tree holds durable entries only, so a checkpoint never names an entry that a crash could
 * take back; and its tiles are written before it is.
 */
export class CheckpointPublisher {
  readonly #options: CheckpointPublisherOptions
  #published: PublishedCheckpoint | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: CheckpointPublisherOptions) {
    this.#options = options
    this.#published = options.published
  }

  get published(): PublishedCheckpoint | undefined {
    return this.#published
  }

  /**
   * Publishes the tree as it is when this one's turn comes; does nothing when it is published already.
   *
   * @param durable also makes every tile of it durable, after which the journal may forget its entries
   */
  publish({ durable }: { durable: boolean }): Promise<PublishedCheckpoint> {
    const turn = this.#last.then(() => this.#publish(durable))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #publish(durable: boolean): Promise<PublishedCheckpoint> {
    const { files, folder, origin, signers, sha256, tree, tiles } = this.#options
    const { size } = tree
    const current = this.#published
    if (current?.size === size) {
      if (durable) await tiles.sync()
      return current
    }
    if (signers.length === 0) {
      if (current !== undefined) return current
      throw new KeeperError('sealed', 'no checkpoint can be signed while the keeper is sealed')
    }
    // The snapshot is taken without a pause: size, root and tiles are of one tree.
    const checkpoint = { origin, size, root: tree.root() ?? sha256(new Uint8Array(0)) }
    tiles.enqueue(tree.partials())
    if (durable) await tiles.sync()
    else await tiles.drain()
    const note = await signNote(encodeCheckpoint(checkpoint), signers)
    await replaceFile(files, join(folder, 'checkpoint'), note, { durable: true })
    this.#published = { ...checkpoint, note }
    return this.#published
  }
}
