import { ClavigerClient, type ClavigerClientOptions } from '../src/index.ts'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface FakeAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** JSON, or text as it is. */
  readonly body?: unknown
}

/** A client whose requests are kept, and answered in order; the last answer is given again. */
export function fakeKeeper(
  answers: readonly (FakeAnswer | Error)[],
  options: Partial<ClavigerClientOptions> = {},
): { client: ClavigerClient; seen: SeenRequest[]; pauses: number[] } {
  const seen: SeenRequest[] = []
  const pauses: number[] = []
  const client = new ClavigerClient({
    address: 'https://keeper.example:8420',
    token: 'a-token',
    sleep: async (milliseconds) => void pauses.push(milliseconds),
    fetch: async (url, init) => {
      const { method, headers, body } = init
      const answer = answers[Math.min(seen.length, answers.length - 1)]
      const path = url.slice('https://keeper.example:8420'.length)
      seen.push({ method, path, headers, body: body === undefined ? undefined : JSON.parse(body) })
      if (answer instanceof Error) throw answer
      const { status = 200, body: answered = {} } = answer ?? {}
      const text = typeof answered === 'string' ? answered : JSON.stringify(answered)
      return {
        status,
        headers: { get: (name) => answer?.headers?.[name] ?? null },
        text: async () => text,
      }
    },
    ...options,
  })
  return { client, seen, pauses }
}

export function problem(code: string, status: number, more: object = {}): FakeAnswer {
  return {
    status,
    body: { type: `urn:claviger:error:${code}`, code, status, detail: 'no', ...more },
  }
}
