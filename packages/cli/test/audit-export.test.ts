import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claviger, type FakeAnswer, type SeenRequest } from './test-environment.ts'

const SIZE = 2_500

/** A keeper with a log of which every third entry is another tenant's, and short pages. */
function answer({ path }: SeenRequest): FakeAnswer {
  const query = new URL(path, 'https://keeper.example').searchParams
  const limit = Math.min(Number(query.get('limit')), 300)
  const entries: { index: number; event: object }[] = []
  let next = Math.min(Number(query.get('before') ?? SIZE), SIZE)
  while (next > 0 && entries.length < limit) {
    next -= 1
    if (next % 3 !== 0) entries.push({ index: next, event: { action: 'random', id: `e${next}` } })
  }
  return [200, { entries, entry: SIZE, ...(next > 0 && { next }) }]
}

const indexes = (text: string): number[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).index as number)
const mine = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at).filter((index) => index % 3 !== 0)

test('an export is every entry once, oldest first, over pages and windows', async () => {
  const all = await claviger(['audit', 'export'], { answer })
  assert.equal(all.exitCode, 0, all.stderr)
  assert.deepEqual(indexes(all.stdout), mine(0, SIZE - 1))
})

test('both bounds are included, and one past the end asks for no more than there is', async () => {
  const part = await claviger(['audit', 'export', '--from', '700', '--to', '2002'], { answer })
  assert.deepEqual(indexes(part.stdout), mine(700, 2_002))
  const past = await claviger(['audit', 'export', '--from', '2490', '--to', '999999999999999'], {
    answer,
  })
  assert.deepEqual(indexes(past.stdout), mine(2_490, SIZE - 1))
  assert.ok(past.seen.length < 5)
})

test('an empty log is an empty export', async () => {
  const none = await claviger(['audit', 'export'], {
    answer: () => [200, { entries: [], entry: 0 }],
  })
  assert.deepEqual([none.exitCode, none.stdout], [0, ''])
})

test('lengths are for syslog alone', async () => {
  const line = ['audit', 'export', '--to', '1', '--octet-counted', '--format']
  const syslog = await claviger([...line, 'rfc5424'], { answer })
  const [length = ''] = syslog.stdout.split(' ', 1)
  assert.equal(syslog.bytes.length, length.length + 1 + Number(length))
  assert.match(
    syslog.stdout,
    /^\d+ <108>1 - keeper\.example claviger - random \[claviger@32473 index="1"/,
  )
  assert.equal((await claviger([...line, 'cef'], { answer })).exitCode, 2)
})
