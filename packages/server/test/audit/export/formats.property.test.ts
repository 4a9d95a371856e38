import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CanonicalJson, canonicalJson } from '@claviger/bytes'
import fc from 'fast-check'
import { ENTRY_FORMATS, octetCounted } from '../../../src/audit/index.ts'
import { decodeCef, decodeOctetCounted, decodeSyslog } from './decoders.ts'

const ORIGIN = { host: 'keeper.example', version: '0.1.0' }
/** Text that leans towards what the formats escape. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        '\\',
        ']',
        '[',
        '|',
        '=',
        '\n',
        '\r',
        ' ',
        '\0',
        '\x85',
        '\u2028',
        '\ufeff',
        'n',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => `x${parts.join('')}`.toWellFormed())
const entry = fc.record(
  {
    index: fc.nat(),
    event: fc.record(
      {
        action: fc.constantFrom('key.create', 'key.encrypt', 'policy.delete', 'random'),
        actor: fc.record(
          { auth: fc.constant('token'), id: text, name: text },
          { noNullPrototype: true },
        ),
        at: fc.constant('2026-11-23T12:00:00.000Z'),
        id: text,
        outcome: fc.constantFrom('allowed', 'denied', 'failed', 'partial'),
        peer: fc.constantFrom('', '192.0.2.7', '2001:db8::1'),
        protocol: fc.constant('rest'),
        request: text,
        target: fc.record(
          { kind: fc.constant('key'), id: text, name: text },
          { noNullPrototype: true },
        ),
        tenant: text,
      },
      { noNullPrototype: true },
    ),
  },
  { noNullPrototype: true },
)

test('each format keeps an entry on one line', () => {
  fc.assert(
    fc.property(entry, (value) => {
      for (const format of Object.values(ENTRY_FORMATS)) {
        assert.doesNotMatch(format(value, ORIGIN), /[\r\n]/)
      }
    }),
  )
})

test('JSON lines hold the entry byte for byte', () => {
  fc.assert(
    fc.property(entry, (value) => {
      const line = ENTRY_FORMATS.jsonl(value, ORIGIN)
      assert.deepEqual(JSON.parse(line), value)
      assert.ok(line.endsWith(`"event":${canonicalJson(value.event as CanonicalJson)}}`))
    }),
  )
})

test('syslog is read back by a reader of RFC 5424', () => {
  const shown = (value: string): string =>
    Array.from(value, (character) => {
      const code = character.charCodeAt(0)
      const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0)
      return isControl ? `#${code.toString(8).padStart(3, '0')}` : character
    }).join('')
  fc.assert(
    fc.property(entry, (value) => {
      const { event, index } = value
      const { parameters, message } = decodeSyslog(ENTRY_FORMATS.rfc5424(value, ORIGIN))
      assert.equal(message, canonicalJson(event as CanonicalJson))
      assert.equal(parameters['index'], String(index))
      assert.equal(parameters['id'], shown(event.id))
      assert.equal(parameters['actor'], shown(event.actor.name))
      assert.equal(parameters['target'], shown(event.target.name))
      assert.equal(parameters['tenant'], shown(event.tenant))
      assert.equal(parameters['request'], shown(event.request))
    }),
  )
})

test('counted messages are told apart by their lengths alone', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), (values) => {
      const messages = values.map((value) => ENTRY_FORMATS.rfc5424(value, ORIGIN))
      const stream = Buffer.from(messages.map(octetCounted).join(''))
      assert.deepEqual(decodeOctetCounted(stream), messages)
    }),
  )
})

test('CEF is read back field by field', () => {
  fc.assert(
    fc.property(entry, (value) => {
      const { event, index } = value
      const { header, extension } = decodeCef(ENTRY_FORMATS.cef(value, ORIGIN))
      assert.deepEqual(header.slice(0, 6), [
        'CEF:0',
        'Claviger',
        'Claviger',
        '0.1.0',
        event.action,
        event.action,
      ])
      assert.equal(extension['cn1'], String(index))
      assert.equal(extension['externalId'], event.id)
      assert.equal(extension['suser'], event.actor.name)
      assert.equal(extension['suid'], event.actor.id)
      assert.equal(extension['cs1'], event.tenant)
      assert.equal(extension['cs2'], event.target.name)
      assert.equal(extension['cs6'], event.request)
      assert.equal(extension[event.peer.includes(':') ? 'c6a2' : 'src'] ?? '', event.peer)
    }),
  )
})

test('OCSF keeps what the schema requires, and the entry whole', () => {
  fc.assert(
    fc.property(entry, (value) => {
      const record = JSON.parse(ENTRY_FORMATS.ocsf(value, ORIGIN))
      // Required of API Activity by OCSF 1.3, with what its objects require in turn.
      for (const name of ['activity_id', 'category_uid', 'class_uid', 'severity_id', 'time']) {
        assert.ok(Number.isInteger(record[name]), name)
      }
      assert.equal(record.type_uid, record.class_uid * 100 + record.activity_id)
      assert.equal(record.actor.user.name, value.event.actor.name)
      assert.equal(record.api.operation, value.event.action)
      assert.ok('ip' in record.src_endpoint || 'name' in record.src_endpoint)
      assert.ok(record.metadata.product.vendor_name)
      assert.equal(record.metadata.version, '1.3.0')
      assert.equal(record.raw_data, canonicalJson(value.event as CanonicalJson))
    }),
  )
})
