/**
 * Every parser of ours over mutated inputs: it returns or throws its own error, in time.
 *
 *   CLAVIGER_FUZZ_INPUTS=50000000   more inputs, in total
 *   CLAVIGER_FUZZ_SEED=7            other inputs
 *   CLAVIGER_FUZZ_TARGET=share CLAVIGER_FUZZ_HEX=00ff   one input once more
 */
import assert from 'node:assert/strict'
import { relative } from 'node:path'
import { describe, it } from 'node:test'
import { describeFailure, fuzz } from './runner.ts'
import { findTargetFiles, loadTargets, ROOT } from './target.ts'

const INPUTS = Number(process.env['CLAVIGER_FUZZ_INPUTS'] ?? 1_000_000)
const SEED = Number(process.env['CLAVIGER_FUZZ_SEED'] ?? 1)
const THREADS = 2
/** For a million inputs; only what runs in a virtual machine of its own (Cedar) needs so long. */
const TARGET_MS = 15_000
const HEX = process.env['CLAVIGER_FUZZ_HEX']

/** What reads bytes or text from outside, by the file that has its targets. */
const PARSERS: Readonly<Record<string, readonly RegExp[]>> = {
  'packages/bytes/test': [/canonical JSON/, /hexadecimal/, /base64/, /byte fields/],
  'packages/tlog/test': [
    /checkpoint/,
    /note/,
    /tile path/,
    /entry bundle/,
    /proof/,
    /verifier key/,
  ],
  'packages/sigv4/test': [/authorization/, /canonical request/, /timestamp/],
  'packages/envelope/test': [/ciphertext envelope/, /share/, /file header/, /wrapped record/],
  'packages/keyfile/test': [
    /pkcs12$/,
    /bags/,
    /pkcs8/,
    /jks/,
    /java object/,
    /pem/,
    /openssh/,
    /any format/,
    /der/,
  ],
  'packages/server/test/config': [/configuration/],
  'packages/server/test/authenticate': [/token text/, /certificate/],
  'packages/server/test/protocols/rest': [/body|request|json/i],
  'packages/server/test/protocols/aws-kms': [
    /key policy/,
    /identity policy/,
    /ciphertext blob/,
    /encryption context/,
    /grant/,
    /xks\/request/,
    /metadata/,
  ],
  'packages/server/test/protocols/aws-kms/attestation': [/document$/, /certificate/],
}

describe('fuzzing', { skip: HEX !== undefined && 'one input is run' }, () => {
  it('has a target for every parser of outside data', async () => {
    const names = new Map<string, readonly string[]>()
    for (const file of findTargetFiles()) {
      const folder = relative(ROOT, file)
        .replaceAll('\\', '/')
        .replace(/\/fuzz-targets\.ts$/, '')
      names.set(
        folder,
        (await loadTargets(file)).map(({ name }) => name),
      )
    }
    for (const [folder, patterns] of Object.entries(PARSERS)) {
      for (const pattern of patterns) {
        const found = names.get(folder)?.some((name) => pattern.test(name)) ?? false
        assert.ok(found, `${folder} has no target for ${String(pattern)}`)
      }
    }
  })

  it('gives every target a name of its own, and seeds that it accepts or refuses as it should', async () => {
    const seen = new Set<string>()
    for (const file of findTargetFiles()) {
      for (const target of await loadTargets(file)) {
        assert.ok(!seen.has(target.name), `two targets are called ${target.name}`)
        seen.add(target.name)
        assert.ok(target.seeds.length > 0, `${target.name} has no seed`)
        for (const seed of target.seeds) assertExpected(target, seed)
      }
    }
  })

  it(`finds nothing in ${INPUTS} inputs`, async (t) => {
    const reports = await fuzz({
      files: findTargetFiles(),
      inputs: INPUTS,
      seed: SEED,
      threads: THREADS,
      targetMs: TARGET_MS * Math.max(1, INPUTS / 1_000_000),
    })
    for (const { target, inputs, milliseconds } of reports) {
      t.diagnostic(`${target}: ${inputs} inputs in ${milliseconds} ms`)
    }
    const total = reports.reduce((sum, { inputs }) => sum + inputs, 0)
    t.diagnostic(`${total} inputs over ${reports.length} targets, seed ${SEED}`)
    const failures = reports.flatMap((report) =>
      report.failures.map((failure) => describeFailure(report, failure, SEED)),
    )
    assert.equal(failures.length, 0, failures.join('\n'))
    assert.ok(total >= INPUTS)
  })
})

// Only to look at one finding again: there is nothing to skip where none is given.
if (HEX !== undefined) {
  describe('one input', () => {
    it('is taken as it should be', async () => {
      const targets = (await Promise.all(findTargetFiles().map(loadTargets))).flat()
      const target = targets.find(({ name }) => name === process.env['CLAVIGER_FUZZ_TARGET'])
      assert.ok(target, 'CLAVIGER_FUZZ_TARGET is not the name of a target')
      assertExpected(target, Uint8Array.fromHex(HEX))
    })
  })
}

type Target = Awaited<ReturnType<typeof loadTargets>>[number]

function assertExpected(target: Target, input: Uint8Array): void {
  try {
    target.parse(Uint8Array.from(input))
  } catch (error) {
    if (!target.isExpected(error)) throw error
  }
}
