import { encodeBase64 } from '@claviger/bytes'
import type { Command } from 'commander'
import { resolve } from 'node:path'
import type { Context } from '../../context.ts'
import { writeAtomically } from '../../file/atomic-file.ts'
import { connectionOptions, examples, mechanismOption } from '../../options.ts'
import { facts } from '../../terminal/table.ts'

interface Options {
  readonly mechanism?: string
  readonly encapsulationFile?: string
  readonly sharedSecretFile?: string
  readonly force?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id of the pair')
    .option('--encapsulation-file <file>', 'write the encapsulation into this file')
    .option('--shared-secret-file <file>', 'write the shared secret into this file')
    .option('--force', 'replace files that are there')
  mechanismOption(command).action(async (key: string, options: Options) => {
    const { mechanism, encapsulationFile, sharedSecretFile, force } = options
    const client = await context.client()
    const answer = await client.encapsulate(key, { mechanism })
    const { encapsulation, sharedSecret, ...rest } = answer
    const { cwd } = context.environment
    if (encapsulationFile !== undefined) {
      await writeAtomically(resolve(cwd, encapsulationFile), [encapsulation], { force })
    }
    if (sharedSecretFile !== undefined) {
      await writeAtomically(resolve(cwd, sharedSecretFile), [sharedSecret], { force })
    }
    const shown = {
      ...rest,
      ...(encapsulationFile === undefined && { encapsulation }),
      ...(sharedSecretFile === undefined && { sharedSecret }),
    }
    await context.print(
      shown,
      facts([
        ['encapsulation', encapsulationFile ?? encodeBase64(encapsulation)],
        ['shared secret', sharedSecretFile ?? encodeBase64(sharedSecret)],
      ]),
    )
  })
  connectionOptions(command)
  examples(
    command,
    'claviger encapsulate inbox --encapsulation-file e.bin --shared-secret-file s.bin',
  )
}
