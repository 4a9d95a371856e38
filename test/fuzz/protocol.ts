/** Some of the inputs of one target, by their indexes. */
export interface Job {
  readonly file: string
  readonly target: string
  readonly seed: number
  readonly from: number
  /** Exclusive. */
  readonly to: number
  /** The job ends early after so long. */
  readonly budgetMs: number
}

export interface Failure {
  readonly index: number
  readonly input: Uint8Array
  readonly problem: string
}

export interface JobResult {
  /** Inputs run, the failing one included. */
  readonly done: number
  readonly failure?: Failure
}

/** `state` is inputs begun || length of the current one || its index, each an Int32. */
export interface Shared {
  readonly state: SharedArrayBuffer
  readonly input: SharedArrayBuffer
}

/** What a parser may take for an input: far more than it needs, far less than a peer could make use of. */
export function timeLimitMs(inputBytes: number): number {
  return 200 + 50 * (inputBytes / 1024)
}
