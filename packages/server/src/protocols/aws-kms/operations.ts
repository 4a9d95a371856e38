import type { AwsOperation } from './call.ts'
import { decrypt } from './operations/decrypt.ts'
import { encrypt } from './operations/encrypt.ts'
import { generateDataKey, generateDataKeyWithoutPlaintext } from './operations/data-key.ts'
import { sign, verify } from './operations/sign.ts'

/** Every action, by the name in `X-Amz-Target`. */
export const OPERATIONS: Readonly<Record<string, AwsOperation>> = {
  Decrypt: decrypt,
  Encrypt: encrypt,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  Sign: sign,
  Verify: verify,
}
