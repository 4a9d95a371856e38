/** A page of records and where the next one begins. */
export interface Page<Item, Cursor> {
  readonly items: readonly Item[]
  readonly next: Cursor | undefined
}

/** Every record of a list, page after page; stops asking when the caller stops reading. */
export async function* everyItem<Item, Cursor>(
  read: (cursor: Cursor | undefined) => Promise<Page<Item, Cursor>>,
): AsyncGenerator<Item, void, undefined> {
  let cursor: Cursor | undefined
  do {
    const { items, next } = await read(cursor)
    yield* items
    cursor = next
  } while (cursor !== undefined)
}
