import { type Command, Option } from 'commander'
import { mechanismOption } from '../../options.ts'

export interface SigningOptions {
  readonly mechanism?: string
  readonly format?: 'der' | 'p1363'
  readonly signatureContext?: string
}

export function signingOptions(command: Command): Command {
  return mechanismOption(command)
    .addOption(new Option('--format <form>', 'of ECDSA signatures').choices(['der', 'p1363']))
    .option('--signature-context <text>', 'the context of Ed25519ph, ML-DSA and SLH-DSA signatures')
}

export function signingFields({ format, signatureContext }: SigningOptions): {
  readonly format?: 'der' | 'p1363'
  readonly signatureContext?: Uint8Array
} {
  return {
    ...(format !== undefined && { format }),
    ...(signatureContext !== undefined && { signatureContext: Buffer.from(signatureContext) }),
  }
}
