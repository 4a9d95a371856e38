/** A value now, or later when the work is slow enough for the thread pool. */
export type Awaitable<Value> = Value | Promise<Value>
