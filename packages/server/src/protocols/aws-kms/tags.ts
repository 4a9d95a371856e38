import { AwsError } from './error.ts'
import type { Input } from './members.ts'
import { structures, text } from './validation.ts'

export interface Tag {
  readonly TagKey: string
  readonly TagValue: string
}

export const TAGS_MAX = 50
const TAG_KEY = { min: 1, max: 128 }
const TAG_VALUE = { min: 0, max: 256 }
/** What tags of any AWS resource may be made of. */
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

const tagError = (message: string): AwsError => new AwsError('TagException', message)

/** A `Tags` member; undefined when there is none. */
export function readTags(input: Input): readonly Tag[] | undefined {
  const tags = structures(input, 'Tags', (tag) => ({
    TagKey: text(tag, 'TagKey', TAG_KEY),
    TagValue: text(tag, 'TagValue', TAG_VALUE),
  }))
  if (tags === undefined) return undefined
  if (new Set(tags.map(({ TagKey }) => TagKey)).size !== tags.length) {
    throw tagError('Duplicate tag keys')
  }
  for (const { TagKey, TagValue } of tags) {
    assertNotReserved(TagKey)
    if (!ALLOWED.test(TagKey) || !ALLOWED.test(TagValue)) {
      throw tagError('A tag has characters that are not allowed')
    }
  }
  assertFewTags(tags)
  return tags
}

export function assertNotReserved(key: string): void {
  if (key.toLowerCase().startsWith('aws:')) throw tagError('Tags beginning with aws: are reserved')
}

export function assertFewTags(tags: readonly Tag[]): void {
  if (tags.length > TAGS_MAX) throw tagError('Too many tags')
}
