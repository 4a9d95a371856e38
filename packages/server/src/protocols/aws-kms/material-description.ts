import type { KeyDocument } from './key-document.ts'

/** `KeyMaterialDescription`, by version: kept with what else AWS says of the key in a region. */
const MEMBER = 'materialDescriptions'

type Descriptions = Readonly<Record<string, string>>

export function materialDescription({ more }: KeyDocument, version: number): string | undefined {
  return (more?.[MEMBER] as Descriptions | undefined)?.[String(version)]
}

export function withMaterialDescription(
  document: KeyDocument,
  version: number,
  description: string,
): KeyDocument {
  const known = document.more?.[MEMBER] as Descriptions | undefined
  return {
    ...document,
    more: { ...document.more, [MEMBER]: { ...known, [version]: description } },
  }
}
