import { ClavigerError, errorOfProblem, isRecord } from './error.ts'

/** As much of `fetch` as is needed, so that others can stand in for it. */
export type FetchLike = (
  url: string,
  init: {
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: string
    readonly signal: AbortSignal
    readonly redirect: 'error'
  },
) => Promise<FetchedAnswer>

export interface FetchedAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
  /** The bytes as they come; absent where whatever stands in for fetch has them only at the end. */
  readonly body?: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | null | undefined
}

export interface TransportOptions {
  /** `https://host:port`, without a path. */
  readonly address: string
  /** The bearer token, or what gives it for each request. */
  readonly token?: string | (() => string | undefined) | undefined
  /** Why, for those who have to approve it: 1 to 512 printable ASCII characters. */
  readonly reason?: string | undefined
  readonly fetch?: FetchLike | undefined
  readonly requestTimeoutMs?: number | undefined
  /** Further attempts after the first, of calls that may safely be repeated; 3 if absent. */
  readonly retries?: number | undefined
  /** Waits between attempts; for tests. */
  readonly sleep?: ((milliseconds: number, signal?: AbortSignal) => Promise<void>) | undefined
  /** Makes idempotency keys. They need to be unique for the caller, not secret. */
  readonly idempotencyKey?: (() => string) | undefined
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

export interface WireRequest extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Segments of the path below `/v1`, not encoded yet. */
  readonly path: readonly string[]
  readonly query?: Readonly<Record<string, QueryValue>>
  readonly body?: unknown
  /** Repeating it does no more than doing it once. GET is always so. */
  readonly repeatable?: boolean
  /** A creation: it is sent with an idempotency key, and may be repeated with it. */
  readonly creation?: boolean
  /** The revision that the caller saw: another one is refused with `precondition-failed`. */
  readonly expectedRevision?: number | undefined
  readonly accept?: string
}

export type QueryValue = string | number | boolean | readonly string[] | undefined

/** What a call answered, and the audit entry that tells of it. */
export interface WireAnswer {
  readonly text: string
  readonly entry: number | undefined
}

/** A long answer, as it comes. */
export interface WireStream {
  /** Throws when it is cut off: only its normal end says that nothing is missing. */
  readonly pieces: AsyncGenerator<Uint8Array, void, undefined>
  readonly entry: number | undefined
}

const TIMEOUT_MS_DEFAULT = 30_000
const RETRIES_DEFAULT = 3
const BACKOFF_FIRST_MS = 200
const BACKOFF_MAX_MS = 10_000
/** What may go away by itself. A sealed keeper does not, so it is not worth waiting for. */
const PASSING: ReadonlySet<string> = new Set([
  'rate-limited',
  'shutting-down',
  'log-unavailable',
  'store-unavailable',
  'custody-unavailable',
  'unreachable',
])

/** Sends requests and turns what comes back into answers and errors. */
export class Transport {
  readonly #options: TransportOptions
  readonly #origin: string
  readonly #fetch: FetchLike

  constructor(options: TransportOptions) {
    this.#options = options
    this.#origin = new URL(options.address).origin
    this.#fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init))
  }

  /** The answer as JSON. */
  async json(request: WireRequest): Promise<unknown> {
    const { text, entry } = await this.send(request)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw new ClavigerError('unexpected-answer', "the answer is not the keeper's: it is not JSON")
    }
    if (isRecord(value) && value['entry'] === undefined && entry !== undefined) {
      return { ...value, entry }
    }
    return value
  }

  async send(request: WireRequest): Promise<WireAnswer> {
    const { method, creation = false, repeatable = method === 'GET' } = request
    const headers = this.#headers(request, creation)
    const attempts = repeatable || creation ? 1 + (this.#options.retries ?? RETRIES_DEFAULT) : 1
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(request, headers)
      } catch (error) {
        if (!(error instanceof ClavigerError) || !PASSING.has(error.code)) throw error
        if (attempt >= attempts) throw error
        await this.#wait(attempt, error.retryAfterSeconds, request.signal)
      }
    }
  }

  /** Not repeated by itself. The time-out is for each piece, not for the whole. */
  async stream(request: WireRequest): Promise<WireStream> {
    const patience = new Patience(this.#options.requestTimeoutMs ?? TIMEOUT_MS_DEFAULT, request)
    const answer = await this.#patiently(request, patience, () =>
      this.#fetch(this.#url(request), this.#init(request, this.#headers(request, false), patience)),
    )
    const entry = numberOf(answer.headers.get('claviger-entry'))
    if (answer.status < 200 || answer.status >= 300) {
      throw this.#problem(answer, await this.#patiently(request, patience, () => answer.text()))
    }
    return { pieces: this.#pieces(request, patience, answer), entry }
  }

  async *#pieces(
    request: WireRequest,
    patience: Patience,
    { body }: FetchedAnswer,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const source = (body as AsyncIterable<Uint8Array> | null | undefined)?.[Symbol.asyncIterator]()
    if (source === undefined) {
      throw new ClavigerError('unexpected-answer', 'this fetch does not give an answer as it comes')
    }
    try {
      for (;;) {
        const next = await this.#patiently(request, patience, () => source.next())
        if (next.done === true) return
        yield next.value
      }
    } finally {
      await source.return?.()
    }
  }

  async #patiently<T>(
    request: WireRequest,
    patience: Patience,
    wait: () => Promise<T>,
  ): Promise<T> {
    patience.begin()
    try {
      return await wait()
    } catch (cause) {
      request.signal?.throwIfAborted()
      throw this.#connectionError(cause, patience.isOver)
    } finally {
      patience.end()
    }
  }

  async #attempt(
    request: WireRequest,
    headers: Readonly<Record<string, string>>,
  ): Promise<WireAnswer> {
    const timeout = AbortSignal.timeout(this.#options.requestTimeoutMs ?? TIMEOUT_MS_DEFAULT)
    const signal =
      request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal])
    let answer: FetchedAnswer
    let text: string
    try {
      answer = await this.#fetch(this.#url(request), this.#init(request, headers, { signal }))
      text = await answer.text()
    } catch (cause) {
      request.signal?.throwIfAborted()
      throw this.#connectionError(cause, timeout.aborted)
    }
    const entry = numberOf(answer.headers.get('claviger-entry'))
    if (answer.status >= 200 && answer.status < 300) return { text, entry }
    throw this.#problem(answer, text)
  }

  #init(
    { method, body }: WireRequest,
    headers: Readonly<Record<string, string>>,
    { signal }: { readonly signal: AbortSignal },
  ): Parameters<FetchLike>[1] {
    return {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal,
      redirect: 'error',
    }
  }

  #problem({ headers, status }: FetchedAnswer, text: string): ClavigerError {
    const entry = numberOf(headers.get('claviger-entry'))
    const retryAfterSeconds = numberOf(headers.get('retry-after'))
    return errorOfProblem(parseOrUndefined(text), status, { entry, retryAfterSeconds })
  }

  #connectionError(cause: unknown, timedOut: boolean): ClavigerError {
    if (timedOut) {
      return new ClavigerError('timed-out', `${this.#origin} did not answer in time`, { cause })
    }
    const why = reasonOf(cause)
    return new ClavigerError('unreachable', `${this.#origin} cannot be reached${why}`, { cause })
  }

  #headers(request: WireRequest, creation: boolean): Readonly<Record<string, string>> {
    const { token, reason } = this.#options
    const bearer = typeof token === 'function' ? token() : token
    return {
      accept: request.accept ?? 'application/json',
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(reason !== undefined && { 'claviger-reason': reason }),
      ...(creation && { 'idempotency-key': (this.#options.idempotencyKey ?? uniqueKey)() }),
      ...(request.expectedRevision !== undefined && {
        'if-match': `"${request.expectedRevision}"`,
      }),
    }
  }

  #url({ path, query }: WireRequest): string {
    const url = `${this.#origin}/v1/${path.map(encodeURIComponent).join('/')}`
    const parameters = new URLSearchParams()
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value === undefined) continue
      if (typeof value === 'object') for (const one of value) parameters.append(name, one)
      else parameters.append(name, String(value))
    }
    return parameters.size === 0 ? url : `${url}?${parameters.toString()}`
  }

  /** Exponential backoff with full jitter, never earlier than the keeper asked for. */
  async #wait(
    attempt: number,
    afterSeconds: number | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    const most = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempt - 1))
    const asked = Math.min((afterSeconds ?? 0) * 1_000, BACKOFF_MAX_MS)
    await (this.#options.sleep ?? sleep)(Math.max(asked, most * Math.random()), signal)
  }
}

/** Ends a call when one of its steps takes too long. */
class Patience {
  readonly #controller = new AbortController()
  readonly #milliseconds: number
  readonly signal: AbortSignal
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(milliseconds: number, { signal }: CallOptions) {
    this.#milliseconds = milliseconds
    const own = this.#controller.signal
    this.signal = signal === undefined ? own : AbortSignal.any([own, signal])
  }

  get isOver(): boolean {
    return this.#controller.signal.aborted
  }

  begin(): void {
    this.#timer = setTimeout(() => this.#controller.abort(), this.#milliseconds)
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The code of the system's error, from wherever the implementation of fetch put it. */
function reasonOf(cause: unknown): string {
  for (
    let error = cause, depth = 0;
    isErrorLike(error) && depth < 4;
    error = error.cause, depth++
  ) {
    if (typeof error.code === 'string') return ` (${error.code})`
  }
  return ''
}

function isErrorLike(value: unknown): value is { code?: unknown; cause?: unknown } {
  return typeof value === 'object' && value !== null
}

/**
 * Unique for the caller, which is all an idempotency key must be: the keeper looks it up among the keys
 * of the same principal only.
 */
function uniqueKey(): string {
  const digits = (): string => Math.random().toString(36).slice(2, 12).padEnd(10, '0')
  return `${Date.now().toString(36)}-${digits()}${digits()}${digits()}`
}
