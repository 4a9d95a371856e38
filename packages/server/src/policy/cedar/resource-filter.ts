import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Resource } from '@claviger/core'
import { ENTITY_TYPES } from './schema.ts'

/** Whether one part of a conjunction holds; undefined where only Cedar can say. */
type Part = (resource: Resource) => boolean | undefined

/**
 * Whether a policy could have a say on a resource: false only where Cedar would certainly find it unmet, and
 * without an error, which denies. So only the first parts of the first condition are looked at, in the order in which
 * Cedar evaluates them, up to the first that is not understood here.
 */
export function resourceFilter({ resource, conditions }: PolicyJson): (of: Resource) => boolean {
  const named = resource.op === '==' && 'entity' in resource ? uidOf(resource.entity) : undefined
  const [first] = conditions
  const parts = first?.kind === 'when' ? conjunction(first.body).map(partOf) : []
  return (of) => {
    if (of.kind !== 'key' && of.kind !== 'object') return true
    if (named !== undefined && !(named.type === ENTITY_TYPES[of.kind] && named.id === of.id)) {
      return false
    }
    for (const part of parts) {
      const holds = part?.(of)
      if (holds !== true) return holds === undefined
    }
    return true
  }
}

function uidOf(uid: { type: string; id: string } | { __entity: { type: string; id: string } }) {
  return '__entity' in uid ? uid.__entity : uid
}

/** `a && b && c`, from the left. */
function conjunction(node: unknown): readonly unknown[] {
  const both = operands(node, '&&')
  return both === undefined ? [node] : [...conjunction(both.left), ...conjunction(both.right)]
}

function partOf(node: unknown): Part | undefined {
  return likePart(node) ?? hasTagPart(node) ?? equalsPart(node)
}

/** `resource.name like "prefix*"`. */
function likePart(node: unknown): Part | undefined {
  const like = memberOf(node, 'like') as { left?: unknown; pattern?: unknown } | undefined
  if (like === undefined || !isName(like.left) || !Array.isArray(like.pattern)) return undefined
  const pattern: unknown[] = like.pattern
  const texts = pattern.slice(0, -1).map((one) => memberOf(one, 'Literal'))
  if (pattern.at(-1) !== 'Wildcard' || !texts.every((text) => typeof text === 'string')) {
    return undefined
  }
  const prefix = texts.join('')
  return ({ name }) => name.startsWith(prefix)
}

/** `resource.hasTag("name")`. */
function hasTagPart(node: unknown): Part | undefined {
  const tag = tagOf(operands(node, 'hasTag'))
  return tag === undefined ? undefined : (resource) => Object.hasOwn(tagsOf(resource), tag)
}

/** `resource.name == "text"` and `resource.getTag("name") == "text"`. */
function equalsPart(node: unknown): Part | undefined {
  const equals = operands(node, '==')
  const text = memberOf(equals?.right, 'Value')
  if (equals === undefined || typeof text !== 'string') return undefined
  if (isName(equals.left)) return ({ name }) => name === text
  const tag = tagOf(operands(equals.left, 'getTag'))
  if (tag === undefined) return undefined
  return (resource) => {
    const tags = tagsOf(resource)
    return Object.hasOwn(tags, tag) ? tags[tag] === text : undefined
  }
}

function operands(node: unknown, operator: string): { left: unknown; right: unknown } | undefined {
  const found = memberOf(node, operator)
  return typeof found === 'object' && found !== null && 'left' in found && 'right' in found
    ? found
    : undefined
}

function tagOf(access: { left: unknown; right: unknown } | undefined): string | undefined {
  if (access === undefined || memberOf(access.left, 'Var') !== 'resource') return undefined
  const tag = memberOf(access.right, 'Value')
  return typeof tag === 'string' ? tag : undefined
}

function isName(node: unknown): boolean {
  const access = memberOf(node, '.') as { left?: unknown; attr?: unknown } | undefined
  return access?.attr === 'name' && memberOf(access.left, 'Var') === 'resource'
}

function memberOf(node: unknown, name: string): unknown {
  if (typeof node !== 'object' || node === null) return undefined
  return (node as Readonly<Record<string, unknown>>)[name]
}

function tagsOf({ attributes }: Resource): Readonly<Record<string, string>> {
  const { labels } = attributes
  return typeof labels === 'object' ? labels : {}
}
