/** What the tests read of answers; a route answers with the members that the API gives it. */
export interface AnswerBody {
  readonly entry: number
  readonly key: KeyBody
  readonly keys: readonly KeyBody[]
  readonly damaged: readonly string[]
  readonly versions: readonly VersionBody[]
  readonly version: number
  readonly ciphertext: string
  readonly plaintext: string
  readonly signature: string
  readonly mac: string
  readonly valid: boolean
  readonly items: readonly { readonly plaintext?: string; readonly code?: string }[]
  readonly secret: string
  readonly token: TokenBody
  readonly tokens: readonly TokenBody[] & Readonly<Record<string, string>>
  readonly entries: readonly { readonly index: number; readonly event: EventBody }[]
  readonly next: string & number
  readonly code: string
  readonly detail: string
  readonly details: Readonly<Record<string, string>>
  readonly ready: boolean
  readonly sealed: boolean
  readonly initialized: boolean
  readonly logFailing: boolean
  readonly shares: readonly string[]
  readonly progress: readonly number[]
}

export interface KeyBody {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly currentVersion: number
  readonly lastVersion: number
  readonly revision: number
  readonly suspension?: unknown
}

export interface VersionBody {
  readonly version: number
  readonly state: string
  readonly hasMaterial: boolean
  readonly checkValue: string
  readonly destroyedAt?: string
  readonly history: readonly { readonly half?: string; readonly to: string }[]
}

export interface TokenBody {
  readonly id: string
  readonly description: string
  readonly revokedAt?: string
}

export interface EventBody {
  readonly id: string
  readonly action: string
  readonly outcome: string
  readonly actor: { readonly name: string }
  readonly target: { readonly kind: string; readonly id: string; readonly name: string }
  readonly details?: Readonly<Record<string, unknown>>
  readonly items?: number
}
