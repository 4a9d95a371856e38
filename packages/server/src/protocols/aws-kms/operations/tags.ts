import * as core from '@claviger/core'
import type { AwsOperation } from '../call.ts'
import { changeDocument } from '../document-change.ts'
import { AwsError } from '../error.ts'
import { resolveKey } from '../key-reference.ts'
import { assertNotDeleting } from '../key-status.ts'
import { type Input, missing, optionalList } from '../members.ts'
import { pageEnd, pageOf, readPage } from '../paging.ts'
import { permitted } from '../permitted.ts'
import { assertFewTags, assertNotReserved, readTags, type Tag } from '../tags.ts'
import { text } from '../validation.ts'

export const tagResource: AwsOperation = async (call) => {
  const tags = readTags(call.input)
  if (tags === undefined) throw missing('Tags')
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request } = await permitted(call, key, {
    assert: (status) => assertNotDeleting(key, status),
  })
  await changeDocument(call, key, request, (document) => {
    const named = new Set(tags.map(({ TagKey }) => TagKey))
    const merged: Tag[] = [...document.tags.filter(({ TagKey }) => !named.has(TagKey)), ...tags]
    assertFewTags(merged)
    return { ...document, tags: merged }
  })
  return {}
}

export const untagResource: AwsOperation = async (call) => {
  const keys = readTagKeys(call.input)
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request } = await permitted(call, key, {
    assert: (status) => assertNotDeleting(key, status),
  })
  await changeDocument(call, key, request, (document) => ({
    ...document,
    tags: document.tags.filter(({ TagKey }) => !keys.includes(TagKey)),
  }))
  return {}
}

function readTagKeys(input: Input): readonly string[] {
  const list = optionalList(input, 'TagKeys')
  if (list === undefined) throw missing('TagKeys')
  return list.map((item) => {
    if (typeof item !== 'string') {
      throw new AwsError('SerializationException', 'A member of the request is not a string.')
    }
    const key = text({ TagKeys: item }, 'TagKeys', { min: 1, max: 128 })
    assertNotReserved(key)
    return key
  })
}

export const listResourceTags: AwsOperation = async (call) => {
  const page = readPage(call.input, 'ListResourceTags', { limit: 50, limitMax: 50 })
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request } = await permitted(call, key)
  await call.ports.keeper.execute(call.session, core.getKey, { key: key.id }, request)
  const byKey = key.document.tags.toSorted((one, other) => (one.TagKey < other.TagKey ? -1 : 1))
  const { items, next } = pageOf(byKey, ({ TagKey }) => TagKey, page)
  return { Tags: items, ...pageEnd('ListResourceTags', next) }
}
