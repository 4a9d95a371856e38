/** Those who read the database as it was: under them its write-ahead log cannot be emptied. */
export class SnapshotHolds {
  readonly #held = new Set<Promise<void>>()

  get areHeld(): boolean {
    return this.#held.size > 0
  }

  /** Call what it returns when the reading is done. */
  take(): () => void {
    const held = Promise.withResolvers<void>()
    this.#held.add(held.promise)
    return () => {
      this.#held.delete(held.promise)
      held.resolve()
    }
  }

  async released(): Promise<void> {
    await Promise.all(this.#held)
  }
}
