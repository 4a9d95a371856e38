import type { IncomingMessage } from 'node:http'
import { KeeperError } from '@claviger/core'

const STATE = Symbol('body')

interface Reading {
  readonly bytesMax: number
  readonly done: (error: unknown, body: Buffer) => void
  first: Buffer | undefined
  rest: Buffer[] | undefined
  length: number
}

type Read = IncomingMessage & { [STATE]?: Reading | undefined }

const EMPTY = Buffer.alloc(0)

/**
 * Reads a body of at most `bytesMax` bytes and hands it to `done` once; a peer that goes away is not heard
 * of again. The listeners are shared by all requests, so that reading one makes no closures.
 */
export function readBody(request: IncomingMessage, bytesMax: number, done: Reading['done']): void {
  const declared = request.headers['content-length']
  if (declared !== undefined && Number(declared) > bytesMax) {
    done(tooLarge(bytesMax), EMPTY)
    return
  }
  const reading: Read = request
  reading[STATE] = { bytesMax, done, first: undefined, rest: undefined, length: 0 }
  request.on('data', onData)
  request.on('end', onEnd)
}

function onData(this: Read, chunk: Buffer): void {
  const state = this[STATE]
  if (state === undefined) return
  state.length += chunk.length
  if (state.length > state.bytesMax) {
    this[STATE] = undefined
    state.done(tooLarge(state.bytesMax), EMPTY)
  } else if (state.first === undefined) state.first = chunk
  else if (state.rest === undefined) state.rest = [state.first, chunk]
  else state.rest.push(chunk)
}

function onEnd(this: Read): void {
  const state = this[STATE]
  if (state === undefined) return
  this[STATE] = undefined
  state.done(
    undefined,
    state.rest === undefined ? (state.first ?? EMPTY) : Buffer.concat(state.rest, state.length),
  )
}

function tooLarge(bytesMax: number): KeeperError {
  return new KeeperError('too-large', `a request body has at most ${bytesMax} bytes`, {
    details: { bytesMax },
  })
}
