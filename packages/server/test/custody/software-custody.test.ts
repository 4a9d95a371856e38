import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBase64, decodeBase64url, encodeBase64url, encodeUtf8 } from '@claviger/bytes'
import {
  isKeeperError,
  type KeySpec,
  type ObjectId,
  type OpenMaterial,
  type Permit,
  specFacts,
  KEY_SPEC_NAMES,
  type StoredMaterial,
  type WrappedMaterial,
} from '@claviger/core'
import {
  bindingFor,
  LIMITS,
  makeKey,
  OTHER_TENANT,
  openBench,
  storedFrom,
  TENANT,
} from './custody-bench.ts'

const TEXT = encodeUtf8('attack at dawn')

function refuses(code: string): (error: unknown) => boolean {
  return (error) => isKeeperError(error) && error.code === code
}

test('a key encrypts and decrypts, synchronously once it is open', async () => {
  const bench = openBench()
  const stored = await makeKey(bench, 'aes-256', 'encrypt')
  const first = await bench.custody.open(bench.permit, stored)
  const again = bench.custody.open(bench.permit, { ...stored })
  assert.equal(again, first)
  const { iv, ciphertext } = await first.encrypt('aes-gcm', TEXT, encodeUtf8('context'))
  assert.deepEqual(
    new Uint8Array(await first.decrypt('aes-gcm', iv, ciphertext, encodeUtf8('context'))),
    TEXT,
  )
  assert.throws(
    () => first.decrypt('aes-gcm', iv, ciphertext, encodeUtf8('other')),
    refuses('authentication-failed'),
  )
})

test('nothing opens without a permit that was minted, nor while sealed', async () => {
  const bench = openBench()
  const stored = await makeKey(bench, 'aes-256', 'encrypt')
  const forged = { action: 'key.encrypt' } as Permit
  assert.throws(() => bench.custody.open(forged, stored), refuses('denied'))
  await bench.custody.open(bench.permit, stored)
  assert.throws(() => bench.custody.open(forged, stored), refuses('denied'))
  bench.keyring.wipe()
  assert.throws(() => bench.custody.open(bench.permit, stored), refuses('sealed'))
  assert.throws(() => bench.custody.assertReady(), refuses('sealed'))
  assert.equal(bench.custody.openCount, 0)
  assert.equal(bench.memory.usedBytes, 0)
})

test('a record that was moved, edited or put back does not open', async () => {
  const bench = openBench()
  const stored = await makeKey(bench, 'aes-256', 'encrypt')
  await bench.custody.open(bench.permit, stored)
  const { binding } = stored
  const moved: StoredMaterial[] = [
    { ...stored, binding: { ...binding, version: 2 } },
    { ...stored, binding: { ...binding, generation: 2 } },
    { ...stored, binding: { ...binding, purpose: 'wrap' } },
    { ...stored, binding: { ...binding, spec: 'chacha20' } },
    { ...stored, binding: { ...binding, key: bindingFor('aes-256', 'encrypt').key } },
    { ...stored, binding: { ...binding, tenant: OTHER_TENANT } },
  ]
  const record = decodeBase64url(stored.material as string)
  for (let place = 0; place < record.length; place += 7) {
    const edited = record.with(place, (record[place] as number) ^ 1)
    moved.push({ ...stored, material: encodeBase64url(edited) as WrappedMaterial })
  }
  for (const wrong of moved) {
    await assert.rejects(async () => bench.custody.open(bench.permit, wrong), refuses('integrity'))
  }
})

test('every spec is made, opened, told apart and imported again', {
  timeout: 300_000,
}, async () => {
  const bench = openBench({ ...LIMITS, lockedBytesMax: 2048, secureHeapBytesMax: 16 * 1024 })
  const slow: readonly KeySpec[] = ['rsa-6144', 'rsa-8192', 'rsa-4096']
  const checkValues = new Set<string>()
  const specs = KEY_SPEC_NAMES.filter((spec) => !slow.includes(spec) && !/slh.*s$/.test(spec))
  for (const spec of specs) {
    const binding = bindingFor(spec, specFacts(spec).purposes[0] ?? 'encrypt')
    const made = await bench.custody.generate(binding)
    assert.match(made.checkValue, /^[0-9a-f]{16}$/)
    checkValues.add(made.checkValue)
    const stored = storedFrom(binding, made)
    await bench.custody.open(bench.permit, stored)
    if (made.publicKey === undefined) continue
    bench.custody.openPublic(bench.permit, stored)
    if (spec === 'x-wing') continue
    const publicKey = decodeBase64(made.publicKey)
    const { spec: found, half } = await bench.custody.inspect('spki', publicKey)
    assert.deepEqual([found, half], [spec, 'public'])
    const imported = await bench.custody.import(
      bindingFor(spec, binding.purpose),
      'spki',
      publicKey,
    )
    assert.equal(imported.checkValue, made.checkValue)
    assert.equal(imported.material, undefined)
  }
  assert.equal(checkValues.size, specs.length)
})

test('a private key survives import, and inspection tells what it is', async () => {
  const bench = openBench()
  for (const spec of ['ec-p256', 'ed25519', 'rsa-2048', 'ml-dsa-65'] as const) {
    const { privateKey, publicKey } = await bench.custody.generatePair(spec)
    assert.deepEqual(await bench.custody.inspect('pkcs8', privateKey), { spec, half: 'secret' })
    const binding = bindingFor(spec, 'sign')
    const made = await bench.custody.import(binding, 'pkcs8', privateKey)
    assert.deepEqual(decodeBase64(made.publicKey as string), new Uint8Array(publicKey))
    const wrongSpec = bindingFor('ec-p384', 'sign')
    await assert.rejects(
      async () => bench.custody.import(wrongSpec, 'pkcs8', privateKey),
      refuses('invalid-input'),
    )
  }
})

test('signatures verify by the public half alone', async () => {
  const bench = openBench()
  const stored = await makeKey(bench, 'ec-p256', 'sign')
  const open = await bench.custody.open(bench.permit, stored)
  const signature = await open.sign('ecdsa-sha256', TEXT, { format: 'p1363' })
  const { material: _secret, ...publicOnly } = stored
  const half = bench.custody.openPublic(bench.permit, publicOnly)
  assert.equal(await half.verify('ecdsa-sha256', TEXT, signature, { format: 'p1363' }), true)
  assert.equal(await half.verify('ecdsa-sha256', encodeUtf8('no'), signature, {}), false)
  await assert.rejects(async () => half.sign('ecdsa-sha256', TEXT, {}), refuses('unsupported'))
})

test('one key wraps another without its bytes passing through', async () => {
  const bench = openBench()
  const wrapping = await bench.custody.open(bench.permit, await makeKey(bench, 'aes-256', 'wrap'))
  for (const spec of ['aes-128', 'ec-p256'] as const) {
    const binding = bindingFor(spec, specFacts(spec).purposes[0] ?? 'encrypt')
    const made = await bench.custody.generate(binding)
    const target = await bench.custody.open(bench.permit, storedFrom(binding, made))
    const wrapped = await wrapping.wrapMaterial('aes-kwp', target)
    const clear = await wrapping.unwrap('aes-kwp', wrapped)
    const format = spec === 'aes-128' ? 'raw' : 'pkcs8'
    const again = await bench.custody.import(
      bindingFor(spec, binding.purpose),
      format,
      new Uint8Array(clear),
    )
    assert.equal(again.checkValue, made.checkValue)
  }
})

test('material is rewrapped under a new kek, and the old record still opens', async () => {
  const bench = openBench()
  const stored = await makeKey(bench, 'hmac-sha256', 'mac')
  const tag = await (await bench.custody.open(bench.permit, stored)).mac('hmac-sha256', TEXT)
  const tenant = bench.tenants.get(TENANT)
  assert.ok(tenant !== undefined)
  bench.keyring.load(bench.keyring.rotateKek(tenant, 1))
  const material = await bench.custody.rewrap(bench.permit, stored, 2)
  const fresh = { ...stored, material, binding: { ...stored.binding, generation: 2 } }
  assert.equal(decodeBase64url(material)[4], 2)
  for (const record of [stored, fresh]) {
    const open = await bench.custody.open(bench.permit, record)
    assert.deepEqual(await open.mac('hmac-sha256', TEXT), tag)
  }
  assert.equal(bench.custody.openCount, 1)
})

test('content of objects opens under its own binding only', async () => {
  const bench = openBench()
  await makeKey(bench, 'aes-256', 'encrypt')
  const binding = {
    tenant: TENANT,
    object: '01890a5d-ac96-774b-bcce-b302099a8057' as ObjectId,
    kind: 'secret-data',
    generation: 1,
  }
  const wrapped = bench.custody.wrapContent(binding, TEXT)
  assert.deepEqual(new Uint8Array(bench.custody.openContent(bench.permit, binding, wrapped)), TEXT)
  for (const change of [{ generation: 2 }, { kind: 'opaque' }]) {
    const other = { ...binding, ...change }
    assert.throws(
      () => bench.custody.openContent(bench.permit, other, wrapped),
      refuses('integrity'),
    )
  }
})

test('the cache is bounded by count and by bytes, and eviction makes a handle unusable', async () => {
  const bench = openBench({ entriesMax: 4, lockedBytesMax: 96, secureHeapBytesMax: 1024 })
  const open: OpenMaterial[] = []
  for (let count = 0; count < 6; count++) {
    const stored = await makeKey(bench, 'aes-256', 'encrypt')
    open.push(await bench.custody.open(bench.permit, stored))
    assert.ok(bench.custody.openCount <= 3)
  }
  assert.throws(() => open[0]?.encrypt('aes-gcm', TEXT), refuses('wrong-state'))
  const stored = await makeKey(bench, 'ec-p256', 'sign')
  const handle = await bench.custody.open(bench.permit, stored)
  bench.custody.evict(stored.binding.key, 2)
  await handle.sign('ecdsa-sha256', TEXT, {})
  bench.custody.evict(stored.binding.key, 1)
  await assert.rejects(async () => handle.sign('ecdsa-sha256', TEXT, {}), refuses('wrong-state'))
})
