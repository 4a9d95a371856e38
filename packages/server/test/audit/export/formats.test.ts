import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ENTRY_FORMATS, octetCounted } from '../../../src/audit/index.ts'

const ORIGIN = { host: 'keeper.example', version: '0.1.0' }
const EVENT = {
  action: 'key.create',
  actor: { auth: 'token', id: 'p1', name: 'a "b" \\ [c]' },
  at: '2026-11-23T12:00:00.000Z',
  id: 'e1',
  outcome: 'denied',
  peer: '192.0.2.7',
  protocol: 'rest',
  target: { id: '', kind: 'key', name: 'x=1|y\nz' },
  tenant: 'default',
  v: 1,
}

test('syslog escapes quotes, backslashes and brackets, and marks its text as UTF-8', () => {
  const text = ENTRY_FORMATS.rfc5424({ index: 7, event: EVENT }, ORIGIN)
  const [head, message] = text.split('\ufeff')
  assert.equal(
    head,
    String.raw`<108>1 2026-11-23T12:00:00.000Z keeper.example claviger - key.create ` +
      String.raw`[claviger@32473 index="7" id="e1" tenant="default" outcome="denied" actor="a \"b\" \\ [c\]" ` +
      'actorId="p1" target="x=1|y#012z" targetKind="key" peer="192.0.2.7" protocol="rest"] ',
  )
  assert.deepEqual(JSON.parse(message ?? ''), EVENT)
})

test('syslog bounds its header fields and leaves none empty', () => {
  const event = { ...EVENT, action: `é ${'a'.repeat(40)}` }
  const text = ENTRY_FORMATS.rfc5424({ index: 7, event }, { ...ORIGIN, host: '' })
  assert.ok(text.includes(` - claviger - ??${'a'.repeat(30)} [`), text)
})

test('a length is in bytes and not in characters', () => {
  assert.equal(octetCounted('clé'), '4 clé')
})

test('CEF escapes pipes in its header, and equals signs and line feeds behind it', () => {
  const text = ENTRY_FORMATS.cef(
    { index: 7, event: { ...EVENT, action: 'a|b\\=\n' } },
    { ...ORIGIN, version: '1|2' },
  )
  assert.ok(
    text.startsWith(String.raw`CEF:0|Claviger|Claviger|1\|2|a\|b\\= |a\|b\\= |6|rt=1795435200000 `),
  )
  assert.ok(text.includes(String.raw` cs2=x\=1|y\nz cs2Label=target `), text)
  assert.ok(text.includes(String.raw` act=a|b\\\=\n outcome=denied `), text)
})

test('OCSF names the activity, and 99 for what is no act on a record', () => {
  const of = (action: string): [number, string, number] => {
    const text = ENTRY_FORMATS.ocsf({ index: 7, event: { ...EVENT, action } }, ORIGIN)
    const { activity_id, activity_name, type_uid } = JSON.parse(text)
    return [activity_id, activity_name, type_uid]
  }
  assert.deepEqual(of('key.create'), [1, 'Create', 600_301])
  assert.deepEqual(of('audit.list'), [2, 'Read', 600_302])
  assert.deepEqual(of('token.revoke'), [3, 'Update', 600_303])
  assert.deepEqual(of('key.destroy'), [4, 'Delete', 600_304])
  assert.deepEqual(of('key.encrypt'), [99, 'key.encrypt', 600_399])
  assert.deepEqual(of('random'), [99, 'random', 600_399])
})
