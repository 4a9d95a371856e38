/** Where the material of a key is kept, if not by the keeper alone. */
export interface MaterialPlace {
  /** `<custody>:<place>`, as the key's own `custody` says. */
  readonly custody: string
  /** What the key is called there. */
  readonly externalId: string
}

/** Who keeps a key beside the keeper; undefined for nobody. */
export function placeOf({
  custody,
  externalId,
}: Omit<MaterialPlace, 'externalId'> & Partial<MaterialPlace>): MaterialPlace | undefined {
  return externalId === undefined ? undefined : { custody, externalId }
}
