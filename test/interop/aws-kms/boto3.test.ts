// Debian's python3-boto3 (1.26, with the model of its day: 50 actions) against a started keeper.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { AwsKeeper } from './aws-keeper.ts'
import { proves, type Seen } from './proves.ts'

const PYTHON = '/usr/bin/python3'
const keeper = await AwsKeeper.start()

function needsBoto3(): string | undefined {
  const { status } = spawnSync(PYTHON, ['-c', 'import boto3, cryptography'])
  return status === 0
    ? undefined
    : 'needs boto3: apt-get install python3-boto3 python3-cryptography'
}

/** One script beside this file; what it was answered. */
async function run(seen: Seen, script: string, more: NodeJS.ProcessEnv = {}): Promise<void> {
  const env = { ...(await keeper.environment()), PYTHONDONTWRITEBYTECODE: '1', ...more }
  const path = join(import.meta.dirname, script)
  const { code, stdout, stderr } = await new Promise<{
    code: number | null
    stdout: string
    stderr: string
  }>((resolve) => {
    const child = execFile(PYTHON, [path], { env }, (_error, out, err) =>
      resolve({ code: child.exitCode, stdout: out, stderr: err }),
    )
  })
  assert.equal(code, 0, stderr)
  for (const name of JSON.parse(stdout)) seen.add(name)
}

test(
  'boto3 encrypts, makes data keys, signs and authenticates',
  proves(
    `Encrypt Decrypt ReEncrypt GenerateRandom GetPublicKey GenerateDataKey
   GenerateDataKeyWithoutPlaintext GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext
   Sign Verify GenerateMac VerifyMac InvalidCiphertextException IncorrectKeyException
   InvalidArnException InvalidKeyUsageException ValidationException
   KMSInvalidSignatureException KMSInvalidMacException`,
    (seen) => run(seen, 'boto3_data.py'),
    needsBoto3,
  ),
)

test(
  'boto3 keeps keys, aliases and tags, page by page',
  proves(
    `CreateKey DescribeKey ListKeys UpdateKeyDescription DisableKey EnableKey
   ScheduleKeyDeletion CancelKeyDeletion CreateAlias UpdateAlias DeleteAlias ListAliases
   TagResource UntagResource ListResourceTags NotFoundException DisabledException
   KMSInvalidStateException AlreadyExistsException ValidationException`,
    (seen) => run(seen, 'boto3_keys.py'),
    needsBoto3,
  ),
)

test(
  'boto3 sets policies and grants',
  proves(
    `GetKeyPolicy PutKeyPolicy ListKeyPolicies CreateGrant ListGrants ListRetirableGrants
   RetireGrant RevokeGrant MalformedPolicyDocumentException InvalidGrantTokenException
   AccessDeniedException`,
    (seen) => run(seen, 'boto3_permissions.py'),
    needsBoto3,
  ),
)

test(
  'boto3 rotates, replicates and imports',
  proves(
    `EnableKeyRotation GetKeyRotationStatus DisableKeyRotation GetParametersForImport
   ImportKeyMaterial DeleteImportedKeyMaterial ReplicateKey UpdatePrimaryRegion
   InvalidImportTokenException InvalidCiphertextException UnsupportedOperationException`,
    (seen) => run(seen, 'boto3_rotation.py'),
    needsBoto3,
  ),
)
