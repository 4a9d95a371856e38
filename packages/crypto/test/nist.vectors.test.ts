// NIST CAVP and SP 800-38B vectors as Debian packages them. Not tried: triple DES, which is not offered, and key
// wrap by the inverse cipher (SP 800-38F §5.1), which nothing uses.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type HashName, mac, openKey, unwrapKey, wrapKey } from '../src/index.ts'
import { cmacPrf, hmacPrf, kbkdfCounter } from '../src/primitives.ts'

const FOLDER = '/usr/lib/python3/dist-packages/cryptography_vectors'
const skip = existsSync(FOLDER)
  ? false
  : 'needs NIST vectors: apt-get install python3-cryptography-vectors'

type Fields = Record<string, string>

/** `[NAME=VALUE]` sections and blocks of `NAME = VALUE`, one yielded at each blank line. */
function* blocks(file: string): Generator<{ section: Fields; fields: Fields }> {
  let section: Fields = {}
  let fields: Fields = {}
  for (const line of `${readFileSync(join(FOLDER, file), 'latin1')}\n\n`.split(/\r?\n/)) {
    const heading = /^\[(\w+)=(.*)\]$/.exec(line)
    const field = /^(\w+) *=(.*)$/.exec(line)
    if (heading !== null) section = { ...section, [heading[1] as string]: heading[2] as string }
    else if (field !== null) fields[field[1] as string] = (field[2] as string).trim()
    else if (line === 'FAIL') fields['FAIL'] = 'yes'
    else if (line === '' && Object.keys(fields).length > 0) {
      yield { section, fields }
      fields = {}
    }
  }
}

function field(fields: Fields, name: string): Uint8Array {
  return Uint8Array.fromHex(fields[name] ?? '')
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

for (const bits of [128, 192, 256] as const) {
  for (const [name, mechanism] of [
    ['KW', 'aes-kw'],
    ['KWP', 'aes-kwp'],
  ] as const) {
    test(`CAVP ${name} with AES-${bits}`, { skip }, async () => {
      let cases = 0
      for (const direction of ['AE', 'AD']) {
        for (const { fields } of blocks(`keywrap/kwtestvectors/${name}_${direction}_${bits}.txt`)) {
          if (fields['K'] === undefined) continue
          cases++
          const key = openKey(`aes-${bits}`, field(fields, 'K'))
          const [plaintext, ciphertext] = [field(fields, 'P'), field(fields, 'C')]
          if (fields['FAIL'] === 'yes') {
            assert.throws(() => unwrapKey(key, mechanism, ciphertext), {
              code: 'authentication-failed',
            })
            continue
          }
          assert.equal(hex(wrapKey(key, mechanism, plaintext)), hex(ciphertext))
          assert.equal(hex(await unwrapKey(key, mechanism, ciphertext)), hex(plaintext))
        }
      }
      assert.equal(cases, 1000)
    })
  }

  test(`SP 800-38B CMAC with AES-${bits}`, { skip }, () => {
    let cases = 0
    for (const { fields } of blocks(`CMAC/nist-800-38b-aes${bits}.txt`)) {
      if (fields['KEY'] === undefined) continue
      cases++
      const key = openKey(`aes-${bits}`, field(fields, 'KEY'))
      assert.equal(hex(mac(key, 'aes-cmac', field(fields, 'MESSAGE'))), fields['OUTPUT'])
    }
    assert.equal(cases, 4)
  })
}

test('CAVP KBKDF in counter mode, every place and width of the counter', { skip }, () => {
  let cases = 0
  for (const { section, fields } of blocks('KDF/nist-800-108-KBKDF-CTR.txt')) {
    const name = section['PRF'] ?? ''
    if (fields['KI'] === undefined || name.includes('TDES')) continue
    cases++
    const prf = name.startsWith('CMAC')
      ? cmacPrf
      : hmacPrf(name.replace('HMAC_', '').toLowerCase() as HashName)
    const before = field(fields, 'DataBeforeCtrData')
    const fixed =
      fields['FixedInputData'] === undefined
        ? Buffer.concat([before, field(fields, 'DataAfterCtrData')])
        : field(fields, 'FixedInputData')
    const offset = {
      BEFORE_FIXED: 0,
      AFTER_FIXED: fixed.length,
      MIDDLE_FIXED: before.length,
    }[section['CTRLOCATION'] as string] as number
    const bits = Number.parseInt(section['RLEN'] as string, 10) as 8
    const derived = kbkdfCounter(prf, field(fields, 'KI'), fixed, Number(fields['L']) / 8, {
      bits,
      offset,
    })
    assert.equal(hex(derived), fields['KO'])
  }
  assert.equal(cases, 3840)
})
