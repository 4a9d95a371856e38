import { encodeBase64, encodeHex } from '@claviger/bytes'
import type { AwsOperationPorts } from '../call.ts'
import type { AwsCrypto } from '../crypto-port.ts'
import { type AttestationDocument, parseAttestation } from './attestation-document.ts'
import { refused } from './attestation-error.ts'
import { encodeEnvelopedData } from './enveloped-data.ts'
import type { Recipient } from './verified-recipient.ts'
import { VerifiedChains } from './verified-chains.ts'

/** AWS KMS takes documents for five minutes; here also that far ahead, since the clocks are not one owner's. */
const FRESH_MS = 5 * 60_000
const CONDITION = 'kms:RecipientAttestation:'

/**
 * Verifies a signed attestation document, from the root of trust down to the enclave's own key.
 *
 * @throws AwsError `ValidationException`, that says what kind of fault it is
 */
export async function verifyRecipient(
  ports: Pick<AwsOperationPorts, 'crypto' | 'now' | 'nitroRoots'>,
  bytes: Uint8Array,
): Promise<Recipient> {
  const { nitroRoots = [], crypto } = ports
  if (nitroRoots.length === 0) {
    throw refused(
      'this keeper trusts no attestation root; aws.nitro-root of its configuration names one',
    )
  }
  const { attestation } = crypto
  const { document, signed, signature } = parseAttestation(bytes)
  const now = ports.now()
  if (Math.abs(now - document.timestamp) > FRESH_MS) throw refused('the document is not recent')
  const chain = [...document.cabundle, document.certificate]
  const leaf = chainsUnder(nitroRoots, crypto).leafKey(chain, now)
  if (!(await attestation.verifyEs384(leaf, signed, signature))) {
    throw refused('the signature is not valid')
  }
  const { publicKey } = document
  if (publicKey === undefined) throw refused('the document has no public key')
  const key = await attestation.readRsaKey(publicKey)
  if (key === undefined) {
    throw refused('the public key is not an RSA key of 2048, 3072 or 4096 bits')
  }
  // RFC 7093 §2 (4), with SHA-256: AWS's identifiers have 32 bytes too.
  const keyIdentifier = crypto.sha256(publicKey)
  return {
    conditions: conditionsOf(document),
    told: toldOf(document),
    seal: async (plaintext) =>
      encodeBase64(encodeEnvelopedData(keyIdentifier, attestation.envelop(key, plaintext))),
  }
}

const chainsByRoots = new WeakMap<readonly Uint8Array[], VerifiedChains>()

function chainsUnder(roots: readonly Uint8Array[], crypto: AwsCrypto): VerifiedChains {
  let chains = chainsByRoots.get(roots)
  if (chains === undefined) chainsByRoots.set(roots, (chains = new VerifiedChains(crypto, roots)))
  return chains
}

/**
 * Developer guide, "AWS KMS condition keys for attested platforms": an enclave's PCR0 is the digest of its
 * image, and the registers of a TPM have keys of their own.
 */
function conditionsOf({ platform, pcrs }: AttestationDocument): Record<string, string> {
  const conditions: Record<string, string> = {}
  const name = platform === 'enclave' ? 'PCR' : 'NitroTPMPCR'
  for (const [index, value] of pcrs) conditions[`${CONDITION}${name}${index}`] = encodeHex(value)
  const image = platform === 'enclave' ? pcrs.get(0) : undefined
  return { ...conditions, ...(image && { [`${CONDITION}ImageSha384`]: encodeHex(image) }) }
}

const MODULE_LENGTH_MAX = 128

/** Who the answer was sealed to, for the entry of the log: whoever signs the document has the say in its module id. */
function toldOf({ platform, pcrs, moduleId }: AttestationDocument): Record<string, string> {
  const image = platform === 'enclave' ? pcrs.get(0) : undefined
  return {
    recipient: platform,
    recipientModule: moduleId.replace(/[^\x20-\x7e]/g, '?').slice(0, MODULE_LENGTH_MAX),
    ...(image && { recipientImage: encodeHex(image) }),
  }
}
