import type { CallOptions, Transport } from './transport.ts'

/** Who will be able to open a backup. */
export type CreateBackupRequest =
  | {
      /** Of age: `age1…`, up to 16. */
      readonly recipients: readonly string[]
    }
  | { readonly passphrase: string }

export interface BackupStream {
  /**
   * The backup (an age file), as it comes. Throws when it is cut off; what was read until then is no backup.
   */
  readonly pieces: AsyncGenerator<Uint8Array, void, undefined>
  /** Index of the audit entry that tells of its beginning. */
  readonly entry: number | undefined
}

/** Backups of the whole keeper; for operators of the first tenant. */
export class Backups {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** One at a time: `conflict` while another is being made. */
  create(body: CreateBackupRequest, options: CallOptions = {}): Promise<BackupStream> {
    const accept = 'application/octet-stream, application/json'
    return this.#transport.stream({ method: 'POST', path: ['backups'], body, accept, ...options })
  }

  /** What has ended by now, signed by the log's key: a restored keeper is told to end it again. */
  async tombstones(options: CallOptions = {}): Promise<string> {
    const { text } = await this.#transport.send({
      method: 'GET',
      path: ['backups', 'tombstones'],
      accept: 'text/plain, application/json',
      ...options,
    })
    return text
  }
}
