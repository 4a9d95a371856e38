import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { readFileInput } from '../../file/input.ts'
import { type OutputOptions, printBytes } from '../../file/output.ts'
import {
  connectionOptions,
  encodingOption,
  examples,
  mechanismOption,
  outOption,
  versionOption,
} from '../../options.ts'
import { SMALL_BYTES_MAX } from './data-limits.ts'

interface Options extends OutputOptions {
  readonly peer: string
  readonly mechanism?: string
  readonly version?: number
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id of your pair')
    .requiredOption('--peer <file>', "the peer's public key, SubjectPublicKeyInfo in PEM or DER")
  outOption(command, 'write the shared secret into this file')
  versionOption(mechanismOption(encodingOption(command))).action(
    async (key: string, options: Options) => {
      const { peer, mechanism, version } = options
      const peerPublicKey = derOf(await readFileInput(context, peer, SMALL_BYTES_MAX))
      const client = await context.client()
      const value = await client.agree(key, { peerPublicKey, mechanism, version })
      await printBytes(context, options, { value, bytes: value.sharedSecret })
    },
  )
  connectionOptions(command)
  examples(command, 'claviger agree mine --peer theirs.pem -o shared.bin')
}

const PEM = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/

/** RFC 7468 §13. */
function derOf(bytes: Uint8Array): Uint8Array {
  const [, body] = PEM.exec(Buffer.from(bytes).toString('latin1')) ?? []
  return body === undefined ? bytes : Buffer.from(body.replaceAll(/\s/g, ''), 'base64')
}
