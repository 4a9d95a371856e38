// The noble packages cost a process tens of milliseconds: one that does not need them must not load them.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const COMMON = `
  const { encrypt, generateKey, importKey, openKey, sign } = crypto
  encrypt(openKey('aes-256', new Uint8Array(32)), 'aes-gcm', { plaintext: message })
  for (const [spec, mechanism] of [
    ['ec-p256', 'ecdsa-sha256'],
    ['ed25519', 'ed25519'],
    ['rsa-2048', 'rsa-pss-sha256'],
    ['ml-dsa-44', 'ml-dsa'],
  ]) {
    const { secret } = await importKey('pkcs8', (await generateKey(spec)).secret)
    await sign(openKey(spec, secret), mechanism, { message })
  }`
const RARE = `
  const key = crypto.openKey('ec-p256', (await crypto.generateKey('ec-p256')).secret)
  crypto.sign(key, 'ecdsa-sha256', { digest: message })`

/** The modules of @noble that `program` loads in a process of its own. */
function loadedBy(program: string): string[] {
  const source = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier.startsWith('@noble/')) loaded.push(specifier)
        return next(specifier, context)
      },
    })
    const crypto = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)})
    const message = new Uint8Array(32)
    ${program}
    process.stdout.write(JSON.stringify(loaded))`
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', source],
    { encoding: 'utf8' },
  )
  assert.equal(status, 0, stderr)
  // What these load in turn is theirs to choose.
  return (JSON.parse(stdout) as string[]).filter((name) => !name.startsWith('@noble/hashes/'))
}

test('what OpenSSL does alone loads no other library', () => {
  assert.deepEqual(loadedBy(COMMON), [])
})

test('what needs another library loads that one at once', () => {
  assert.deepEqual(loadedBy(RARE), ['@noble/curves/nist.js'])
})
