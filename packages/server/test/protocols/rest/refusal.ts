import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { ask, type Answered, type Asked, type TestWorld } from './test-world.ts'

/** Never to be seen in an answer that refuses. */
export const CANARY = 'Canary7f3aSecret'
export const CANARY_BASE64 = Buffer.from(CANARY).toString('base64')

export type Refused = (
  path: string,
  asked: Asked,
  status: number,
  code: string,
) => Promise<Answered>

/** Asks and holds the answer to be that problem, in every respect that all problems share. */
export function expectRefusal(world: TestWorld): Refused {
  return async (path, asked, status, code) => {
    const answered = await ask(world, path, asked)
    const told = `${answered.status} ${String(answered.body['code'])}`
    assert.equal(told, `${status} ${code}`, answered.text)
    assert.equal(answered.headers.get('content-type'), 'application/problem+json')
    assert.equal(answered.headers.get('cache-control'), 'no-store')
    assert.equal(answered.body['type'], `urn:claviger:error:${code}`)
    assert.equal(answered.body['status'], status)
    assert.equal(answered.text.includes(CANARY), false, answered.text)
    return answered
  }
}

/** A head as it is, past what fetch lets through; resolves with everything that comes back. */
export function sendRaw(world: TestWorld, lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(world.url)
    const socket = connect(Number(port), hostname, () => socket.write(lines.join('\r\n')))
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      text += chunk
      if (text.includes('}')) socket.destroy()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}
