import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Disk, MESSAGE, Run, refuses, shamir, share, texts, unsealAll } from './seal-bench.ts'
import { SYSTEM_TENANT } from '@claviger/core'
import { decodeShare, encodeShare } from '@claviger/envelope'

const counts = fc
  .tuple(fc.integer({ min: 2, max: 7 }), fc.nat())
  .map(([shares, raw]) => ({ shares, threshold: 2 + (raw % (shares - 1)) }))

test('any threshold of shares unseals to the same root, one fewer never does', async () => {
  await fc.assert(
    fc.asyncProperty(counts, fc.infiniteStream(fc.nat()), async ({ shares, threshold }, random) => {
      const disk = new Disk()
      try {
        const first = new Run(disk)
        const all = texts(await first.seal.initialize(shamir(shares, threshold)))
        const mac = first.keyring.mac(SYSTEM_TENANT, MESSAGE)
        const order = all
          .map((text) => ({ text, at: random.next().value as number }))
          .sort((left, right) => left.at - right.at)
          .map(({ text }) => text)
        const run = new Run(disk)
        await unsealAll(run, order.slice(0, threshold - 1))
        assert.equal(run.seal.status().sealed, true)
        assert.equal(run.seal.status().progress?.length, threshold - 1 || undefined)
        assert.throws(() => run.keyring.mac(SYSTEM_TENANT, MESSAGE), refuses('sealed'))
        await unsealAll(run, order.slice(threshold - 1, threshold))
        assert.equal(run.seal.status().sealed, false)
        assert.deepEqual(run.keyring.mac(SYSTEM_TENANT, MESSAGE), mac)
      } finally {
        disk.remove()
      }
    }),
    { numRuns: 40 },
  )
})

test('every altered byte of every share is named, whether or not its checksum was mended', async () => {
  const disk = new Disk()
  const run = new Run(disk)
  const all = texts(await run.seal.initialize(shamir(3, 2)))
  run.seal.seal()
  for (const text of all) {
    const good = decodeShare(text)
    for (let place = 0; place < good.payload.length; place++) {
      const payload = good.payload.with(place, ((good.payload[place] as number) + 1) % 256 || 1)
      const altered = encodeShare({ ...good, payload })
      await assert.rejects(run.seal.unseal(share(altered)), refuses('invalid-input', 'corrupted'))
    }
    for (const change of [{ index: (good.index % 3) + 1 }, { shares: 4 }, { threshold: 3 }]) {
      const altered = encodeShare({ ...good, ...change })
      await assert.rejects(run.seal.unseal(share(altered)), refuses('invalid-input', 'corrupted'))
    }
    const mistyped = text.slice(0, 40) + (text[40] === '7' ? '8' : '7') + text.slice(41)
    await assert.rejects(run.seal.unseal(share(mistyped)), refuses('invalid-input', 'mistyped'))
    const foreign = encodeShare({ ...good, set: '0000000000000000' })
    await assert.rejects(run.seal.unseal(share(foreign)), refuses('invalid-input', 'foreign'))
    const stale = encodeShare({ ...good, generation: 77 })
    await assert.rejects(run.seal.unseal(share(stale)), refuses('invalid-input', 'stale'))
  }
  assert.equal(run.seal.status().progress, undefined)
  disk.remove()
})
