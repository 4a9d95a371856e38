import { readFileSync } from 'node:fs'
import { encodeUtf8 } from '@claviger/bytes'
import { isClavigerError } from '@claviger/client'
import { verifyLog, verifyTlogProof } from '@claviger/tlog'
import { parseVerifierKeys, sha256 } from '../command/audit/verifier-keys.ts'
import { logFolder } from '../file/log-folder.ts'
import type { Walk } from './walk.ts'

/** A receipt for the destruction, checked without the keeper; and the whole log where its folder is here. */
export async function demonstrateProof(walk: Walk, entry: number): Promise<void> {
  const { profile } = walk.context.connection
  const keys = profile?.logKeys === undefined ? undefined : readFileSync(profile.logKeys, 'utf8')
  await walk.step(
    {
      step: 'Prove the destruction to somebody else',
      why: 'A receipt shows that the entry is in the signed log, with no keeper at hand.',
      command: `claviger audit receipt ${entry} -o ${entry}.receipt && claviger audit verify --receipt ${entry}.receipt`,
    },
    () => proveReceipt(walk, entry, keys),
  )
  const folder = profile?.log
  if (folder === undefined || keys === undefined) return
  await walk.step(
    {
      step: 'Verify the whole log offline',
      why: 'Every entry against its place, every place against the signature: nothing was taken out or put in.',
      command: 'claviger audit verify',
    },
    async () => {
      const { verifiers, names } = parseVerifierKeys(keys)
      const origin = names[0] ?? ''
      const { entries, checkpoint } = await verifyLog({
        source: logFolder(folder),
        sha256,
        verifiers,
        origin,
      })
      return { result: `${entries} entries, ${checkpoint.verified.length} signatures: all hold` }
    },
  )
}

async function proveReceipt(
  walk: Walk,
  entry: number,
  keys: string | undefined,
): Promise<{ readonly result: string }> {
  let receipt: string
  try {
    receipt = await (await walk.context.client('audit')).audit.receipt(entry)
  } catch (error) {
    if (!isClavigerError(error) || error.code !== 'denied') throw error
    return { result: 'you may not read the log; ask an auditor for the receipt' }
  }
  if (keys === undefined) return { result: "a receipt; checking it needs the log's keys (--key)" }
  const { verifiers, names } = parseVerifierKeys(keys)
  const origin = names[0] ?? ''
  const { index, checkpoint } = await verifyTlogProof(encodeUtf8(receipt), {
    sha256,
    verifiers,
    origin,
  })
  return { result: `entry ${index} of ${checkpoint.size} in ${origin}: verified offline` }
}
