import type { AwsOperation } from './call.ts'
import { decrypt } from './operations/decrypt.ts'
import { decapsulate, encapsulate } from './operations/encapsulate.ts'
import { encrypt } from './operations/encrypt.ts'
import { generateDataKey, generateDataKeyWithoutPlaintext } from './operations/data-key.ts'
import {
  generateDataKeyPair,
  generateDataKeyPairWithoutPlaintext,
} from './operations/data-key-pair.ts'
import { deriveSharedSecret } from './operations/agree.ts'
import { generateMac, verifyMac } from './operations/mac.ts'
import { generateRandom } from './operations/random.ts'
import { getPublicKey } from './operations/public-key.ts'
import { reEncrypt } from './operations/re-encrypt.ts'
import { sign, verify } from './operations/sign.ts'

/** Every action, by the name in `X-Amz-Target`. */
export const OPERATIONS: Readonly<Record<string, AwsOperation>> = {
  Decapsulate: decapsulate,
  Decrypt: decrypt,
  DeriveSharedSecret: deriveSharedSecret,
  Encapsulate: encapsulate,
  Encrypt: encrypt,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyPair: generateDataKeyPair,
  GenerateDataKeyPairWithoutPlaintext: generateDataKeyPairWithoutPlaintext,
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  GenerateMac: generateMac,
  GenerateRandom: generateRandom,
  GetPublicKey: getPublicKey,
  ReEncrypt: reEncrypt,
  Sign: sign,
  Verify: verify,
  VerifyMac: verifyMac,
}
