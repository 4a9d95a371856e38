import type { Key, KeyVersion } from '@claviger/client'
import type { Context } from '../../context.ts'
import type { Cell } from '../../terminal/table.ts'
import { facts } from '../../terminal/table.ts'
import { minute, type Paint, type Style } from '../../terminal/text.ts'

const STATE_STYLES: Readonly<Record<string, Style>> = {
  active: 'good',
  'pre-active': 'dim',
  suspended: 'warning',
  deactivated: 'warning',
  compromised: 'bad',
  destroyed: 'bad',
}

export function stateCell(paint: Paint, state: string): Cell {
  const style = STATE_STYLES[state]
  return { text: state, ...(style !== undefined && { paint: (text) => paint(style, text) }) }
}

export function pairsText(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
}

/** A key as a page of facts, the remedy beside a state that needs one. */
export function describeKey(paint: Paint, key: Key): string {
  const { version } = key
  return facts([
    ['name', key.name],
    ['id', key.id],
    ['state', stateCell(paint, key.state)],
    ['', remedy(key)],
    ['spec', key.spec],
    ['purpose', key.purpose],
    ['mechanisms', key.mechanisms.join(', ')],
    ['version', `${version.version} of ${key.lastVersion} (${version.effectiveState})`],
    ['protects until', limitText(version, 'protectUntil')],
    ['processes until', limitText(version, 'processUntil')],
    ['rotates', rotationText(key)],
    ['has material until', materialText(version)],
    ['destruction', key.destroyAt === undefined ? undefined : minute(key.destroyAt)],
    ['owner', key.owner],
    ['labels', pairsText(key.labels)],
    ['description', key.description],
    ['exportable', key.exportable ? 'yes' : 'no'],
    ['origin', key.origin],
    ['limits', limitsText(key)],
    ['check value', version.checkValue],
    ['created', minute(key.createdAt)],
    ['changed', `${minute(key.updatedAt)} (revision ${key.revision})`],
  ])
}

function limitText(version: KeyVersion, name: 'protectUntil' | 'processUntil'): string | undefined {
  const instant = version[name]
  return instant === undefined ? undefined : minute(instant)
}

function rotationText({ rotation }: Key): string | undefined {
  if (rotation === undefined) return undefined
  return `every ${rotation.periodDays} days, next ${minute(rotation.nextAt)}`
}

function materialText({ materialUntil, hasMaterial }: KeyVersion): string | undefined {
  if (materialUntil === undefined) return undefined
  return hasMaterial ? minute(materialUntil) : 'now: it is awaited'
}

function limitsText({ limits }: Key): string {
  const { invocationsMax, bytesMax } = limits
  return [
    invocationsMax === undefined ? '' : `${invocationsMax} invocations`,
    bytesMax === undefined ? '' : `${bytesMax} bytes`,
  ]
    .filter((text) => text !== '')
    .join(', ')
}

function remedy({ name, state, destroyAt, suspension, version }: Key): string | undefined {
  if (destroyAt !== undefined && state !== 'destroyed') {
    return `to be destroyed; \`claviger key cancel-destroy ${name}\` takes that back`
  }
  if (suspension !== undefined) {
    return `${suspension.reason}; \`claviger key resume ${name}\` lifts it`
  }
  if (version.materialUntil !== undefined && !version.hasMaterial) {
    return `\`claviger key import-version ${name}\` brings its material`
  }
  if (state === 'pre-active') return `\`claviger key activate ${name}\` puts it in force`
  if (state === 'deactivated') return `\`claviger key rotate ${name}\` lets a new version protect`
  if (version.destroyDue)
    return `its material is due for destruction: \`claviger key destroy ${name}\``
  return undefined
}

export async function printKey(
  context: Context,
  answer: { readonly key: Key; readonly entry: number },
  done?: string,
): Promise<void> {
  const text = describeKey(context.paint, answer.key)
  await context.print(answer, done === undefined ? text : `${context.paint('good', done)}\n${text}`)
}
