import type { HashName } from '../../src/index.ts'
import { curveParameters, ecdh, ecdhJwk, ecdsa, eddsa, xdh } from './curves.ts'
import type { Runner } from './harness.ts'
import { jwe, jws } from './jose.ts'
import {
  cmacRunner,
  gmacRunner,
  hkdfRunner,
  hmacRunner,
  kmacRunner,
  pbes2Runner,
  pbkdf2Runner,
} from './mac-and-derivation.ts'
import {
  mlDsaSign,
  mlDsaVerify,
  mlKemDecapsulate,
  mlKemEncapsulate,
  mlKemGenerate,
  mlKemSemiExpanded,
  primality,
} from './post-quantum.ts'
import { oaep, pkcs1Decrypt, pkcs1Generate, pkcs1Verify, pss } from './rsa.ts'
import {
  aead,
  aeadSiv,
  cbc,
  cbcHmac,
  chunked,
  eax,
  ff1,
  keyWrap,
  siv,
  xChaCha20,
  xts,
} from './symmetric.ts'

const notOffered =
  (reason: string): Runner =>
  () => ({ notRun: reason })

type Rule = readonly [RegExp, (...found: string[]) => Runner]

/** Which runner takes which file; the first rule that matches. */
const rules: readonly Rule[] = [
  [/^a(128|192|256)cbc_hs(256|384|512)$/, (_aes, hash) => cbcHmac(`sha${hash}` as 'sha256')],
  [/^aead_aes_siv_cmac$/, () => aeadSiv],
  [/^aes_siv_cmac$/, () => siv],
  [/^aes_cbc_pkcs5$/, () => cbc],
  [/^aes_ccm$/, () => aead('aes-ccm')],
  [/^aes_gcm$/, () => aead('aes-gcm')],
  [/^aes_gcm_siv$/, () => aead('aes-gcm-siv')],
  [/^chacha20_poly1305$/, () => aead('chacha20-poly1305')],
  [/^xchacha20_poly1305$/, () => xChaCha20],
  [/^aes_cmac$/, () => cmacRunner],
  [/^aes_gmac$/, () => gmacRunner],
  [/^aes_eax$/, () => eax],
  [/^aes_ff1_/, () => ff1],
  [/^aes_kwp$/, () => keyWrap('aes-kwp')],
  [/^aes_wrap$/, () => keyWrap('aes-kw')],
  [/^aes_xts$/, () => xts],
  [/^ascon_/, () => notOffered('Ascon is in neither OpenSSL nor the noble family')],
  [/^c2sp_chunked_/, () => chunked],
  [/^ec_prime_order_curves$/, () => curveParameters],
  [/^ecdh_.*_webcrypto$/, () => ecdhJwk],
  [/^ecdh_/, () => ecdh],
  [/^ecdsa_.*_p1363$/, () => ecdsa('p1363')],
  [/^ecdsa_/, () => ecdsa('der')],
  [/^ed(25519|448)$/, (curve) => eddsa(`ed${curve}` as 'ed25519')],
  [/^hkdf_(.*)$/, (hash) => hkdfRunner(hashName(hash))],
  [/^hmac_sm3$/, () => notOffered('SM3 is not offered')],
  [/^hmac_(.*)$/, (hash) => hmacRunner(hashName(hash))],
  [/^json_web_encryption$/, () => jwe],
  [/^json_web_/, () => jws],
  [/^kmac(128|256)_/, (bits) => kmacRunner(Number(bits) as 128)],
  [/^mldsa_(44|65|87)_sign/, (set) => mlDsaSign(`ml-dsa-${set}` as 'ml-dsa-44')],
  [/^mldsa_(44|65|87)_verify$/, (set) => mlDsaVerify(`ml-dsa-${set}` as 'ml-dsa-44')],
  [/^mlkem_(512|768|1024)$/, (set) => mlKemDecapsulate(`ml-kem-${set}` as 'ml-kem-512')],
  [/^mlkem_(512|768|1024)_encaps$/, (set) => mlKemEncapsulate(`ml-kem-${set}` as 'ml-kem-512')],
  [/^mlkem_(512|768|1024)_keygen_seed$/, (set) => mlKemGenerate(`ml-kem-${set}` as 'ml-kem-512')],
  [/^mlkem_(512|768|1024)_semi/, (set) => mlKemSemiExpanded(`ml-kem-${set}` as 'ml-kem-512')],
  [
    /^pbes2_hmac(sha\d+)_aes_(\d+)$/,
    (hash, bits) => pbes2Runner(hashName(hash), Number(bits) as 128),
  ],
  [/^pbkdf2_hmac(sha\d+)$/, (hash) => pbkdf2Runner(hashName(hash))],
  [/^primality$/, () => primality],
  [/^rsa_oaep_/, () => oaep],
  [/^rsa_pkcs1_\d+_sig_gen$/, () => pkcs1Generate],
  [/^rsa_pkcs1_\d+$/, () => pkcs1Decrypt],
  [/^rsa_pss_/, () => pss],
  [/^rsa_signature_/, () => pkcs1Verify],
  [/^x(25519|448)$/, (curve) => xdh(`x${curve}` as 'x25519', 'raw')],
  [/^x(25519|448)_(asn|jwk)$/, (curve, form) => xdh(`x${curve}` as 'x25519', form as 'asn')],
]

export function runnerFor(file: string): Runner {
  for (const [pattern, make] of rules) {
    const found = pattern.exec(file)
    if (found !== null) return make(...found.slice(1))
  }
  throw new Error(`no runner for ${file}`)
}

function hashName(fileName = ''): HashName {
  return fileName.replace('_', '-') as HashName
}
