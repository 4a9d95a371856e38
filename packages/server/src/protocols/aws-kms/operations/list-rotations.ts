import * as core from '@claviger/core'
import type { AwsCall, AwsOperation } from '../call.ts'
import { keyMaterialId } from '../key-material-id.ts'
import { type AwsKey, resolveKey } from '../key-reference.ts'
import { awsWordsOf } from '../key-spec.ts'
import type { KeyStatus } from '../key-status.ts'
import { materialDescription } from '../material-description.ts'
import { optionalOneOf } from '../members.ts'
import { pageEnd, pageOf, readPage } from '../paging.ts'
import { permitted } from '../permitted.ts'
import { recordOnly } from '../region-change.ts'
import { AwsError } from '../error.ts'
import { seconds } from '../validation.ts'

type Members = Readonly<Record<string, unknown>>
const INCLUDED = ['ALL_KEY_MATERIAL', 'ROTATIONS_ONLY'] as const

/** Rotations that were done, oldest first; or every material of the key, the first and a waiting one too. */
export const listKeyRotations: AwsOperation = async (call) => {
  const page = readPage(call.input, 'ListKeyRotations', { limit: 100, limitMax: 1_000 })
  const included = optionalOneOf(call.input, 'IncludeKeyMaterial', INCLUDED) ?? 'ROTATIONS_ONLY'
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request, status } = await permitted(call, key, {
    assert: (found) => assertHasMaterials(key, found),
  })
  await recordOnly(call, key, request)
  const versions = await call.ports.keeper.keys.allVersions(status.loaded)
  const shown = versions
    .map(({ value }) => value)
    .filter(({ version, activatedAt }) =>
      included === 'ALL_KEY_MATERIAL' ? true : version > 1 && activatedAt !== undefined,
    )
  const { items, next } = pageOf(shown, ({ version }) => markerOf(version), page)
  return {
    Rotations: items.map((version) => entryOf(call, key, status, version)),
    ...pageEnd('ListKeyRotations', next),
  }
}

/** In an order that text has too. */
const markerOf = (version: number): string => String(version).padStart(10, '0')

function assertHasMaterials({ arn, document }: AwsKey, { loaded }: KeyStatus): void {
  const symmetric = awsWordsOf(loaded.key)?.keySpec === 'SYMMETRIC_DEFAULT'
  if (symmetric && document.origin !== 'EXTERNAL_KEY_STORE') return
  throw new AwsError(
    'UnsupportedOperationException',
    `${arn} is not a symmetric encryption key whose material is rotated.`,
  )
}

function entryOf(
  call: AwsCall,
  key: AwsKey,
  { loaded }: KeyStatus,
  version: core.KeyVersion,
): Members {
  const { version: number } = version
  const description = materialDescription(key.document, number)
  return {
    KeyId: key.arn,
    KeyMaterialId: keyMaterialId(call.ports.crypto, key.id, number),
    ...(description !== undefined && { KeyMaterialDescription: description }),
    KeyMaterialState: stateOf(loaded.key, number),
    ...(key.document.origin === 'EXTERNAL' && importOf(version, call.ports.now())),
    ...(number > 1 &&
      version.activatedAt !== undefined && {
        RotationDate: seconds(version.activatedAt),
        RotationType: version.cause === 'scheduled' ? 'AUTOMATIC' : 'ON_DEMAND',
      }),
  }
}

function stateOf({ currentVersion, pendingVersion }: core.Key, version: number): string {
  if (version === pendingVersion) return 'PENDING_ROTATION'
  return version === currentVersion ? 'CURRENT' : 'NON_CURRENT'
}

function importOf(version: core.KeyVersion, now: number): Members {
  if (core.lacksMaterial(version, now)) return { ImportState: 'PENDING_IMPORT' }
  const { materialUntil } = version
  return {
    ImportState: 'IMPORTED',
    ...(materialUntil === undefined
      ? { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
      : { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: seconds(materialUntil) }),
  }
}
