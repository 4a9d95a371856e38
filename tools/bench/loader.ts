/**
 * The load: keep-alive HTTP/1.1 over TLS on raw sockets, in a process of its own, so that it costs less
 * than what it measures. Reads one job a line on stdin, answers one result a line on stdout.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { connect, type TLSSocket } from 'node:tls'

export interface Job {
  readonly port: number
  readonly ca: string
  readonly connections: number
  readonly seconds: number
  /** Whole requests, head and body; each connection goes round through them. */
  readonly requests: readonly string[]
  /** Stop after this many instead of after the time. */
  readonly count?: number
  /** Send so many a second, whatever the answers take; the times are then measured from when each was due. */
  readonly ratePerSecond?: number
}

export interface LoadResult {
  readonly done: number
  readonly failed: number
  readonly seconds: number
  readonly firstFailure?: string
  /** The 99th percentile of the times, where a rate was asked for. */
  readonly p99Ms?: number
}

interface Run {
  readonly job: Job
  next: number
  done: number
  failed: number
  firstFailure: string | undefined
  readonly deadline: number
  readonly started: number
  readonly times: number[]
}

const HEAD_END = Buffer.from('\r\n\r\n')

function drive(run: Run, sockets: TLSSocket[]): Promise<void> {
  const { job } = run
  return new Promise((resolve, reject) => {
    const socket = connect({
      port: job.port,
      host: '127.0.0.1',
      ca: readFileSync(job.ca),
      servername: 'localhost',
    })
    sockets.push(socket)
    socket.setNoDelay(true)
    let pending: Buffer = Buffer.alloc(0)
    let dueAt = 0
    /** When the next request of this rate is due; late ones go at once and count from when they were due. */
    const sendWhenDue = (): void => {
      if (job.ratePerSecond === undefined) return send()
      dueAt = run.started + (run.next * 1_000) / job.ratePerSecond
      const index = run.next++
      setTimeout(() => write(index), Math.max(0, dueAt - performance.now()))
      return undefined
    }
    const write = (index: number): void => {
      if (performance.now() >= run.deadline) {
        socket.destroy()
        resolve()
        return
      }
      socket.write(job.requests[index % job.requests.length] as string, 'latin1')
    }
    const send = (): void => {
      const over =
        job.count === undefined ? performance.now() >= run.deadline : run.next >= job.count
      if (over) {
        socket.destroy()
        resolve()
        return
      }
      socket.write(job.requests[run.next++ % job.requests.length] as string, 'latin1')
    }
    socket.on('secureConnect', sendWhenDue)
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const head = pending.indexOf(HEAD_END)
      if (head < 0) return
      const text = pending.toString('latin1', 0, head)
      const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0)
      if (pending.length < head + 4 + length) return
      const status = text.slice(9, 12)
      if (status.startsWith('2')) run.done++
      else {
        run.failed++
        run.firstFailure ??= pending.toString('latin1', 0, head + 4 + length)
      }
      if (job.ratePerSecond !== undefined) run.times.push(performance.now() - dueAt)
      pending = Buffer.alloc(0)
      sendWhenDue()
    })
  })
}

async function perform(job: Job): Promise<LoadResult> {
  const started = performance.now()
  const run: Run = {
    job,
    next: 0,
    done: 0,
    failed: 0,
    firstFailure: undefined,
    deadline: started + job.seconds * 1_000,
    started,
    times: [],
  }
  const sockets: TLSSocket[] = []
  try {
    await Promise.all(Array.from({ length: job.connections }, () => drive(run, sockets)))
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  const { done, failed, firstFailure } = run
  const seconds = (performance.now() - started) / 1_000
  const times = run.times.toSorted((one, other) => one - other)
  const p99Ms = times[Math.ceil(times.length * 0.99) - 1]
  return {
    done,
    failed,
    seconds,
    ...(firstFailure !== undefined && { firstFailure }),
    ...(p99Ms !== undefined && { p99Ms }),
  }
}

if (import.meta.main) {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await perform(JSON.parse(line) as Job))}\n`)
  }
}
