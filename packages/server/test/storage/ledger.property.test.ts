import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { LedgerDraft } from '../../src/storage/ledger/ledger-draft.ts'
import { LedgerView, NodeSource } from '../../src/storage/ledger/ledger.ts'
import {
  NODE_BYTES_MAX,
  NODE_ENTRIES_MAX,
  type NodeRef,
} from '../../src/storage/ledger/ledger-node.ts'
import { StoreMac } from '../../src/storage/ledger/store-mac.ts'
import { fixedGuard } from './temporary-store.ts'

/** The ledger over a map of pages, with every commit written and read back. */
class LedgerOverMap {
  readonly pages = new Map<number, Uint8Array>()
  readonly #mac = new StoreMac(fixedGuard())
  readonly #source = new NodeSource((id) => this.pages.get(id), this.#mac)
  root: NodeRef | undefined
  #nextNode = 1

  change(edit: (draft: LedgerDraft) => void): void {
    const draft = new LedgerDraft(this.#source, this.#mac, this.root, this.#nextNode)
    edit(draft)
    const change = draft.finish()
    for (const { id, body } of change.writes) this.pages.set(id, body)
    for (const id of change.removed) this.pages.delete(id)
    this.root = change.root
    this.#nextNode = change.nextNode
    change.settle()
  }

  /** A view that has nothing cached. */
  view(): LedgerView {
    return new LedgerView(new NodeSource((id) => this.pages.get(id), this.#mac), this.root)
  }
}

// Few bytes, some runs: many keys that share long prefixes, and some that are each other's prefix.
const key = fc
  .tuple(
    fc.constantFrom('', 'a', 'a\0', 'r\0key\0default\0', '\xff', 'p'.repeat(300)),
    fc.string({ unit: fc.constantFrom('\0', '0', '1', '\x80', '\xff'), maxLength: 8 }),
    fc.constantFrom('', 'x'.repeat(700)),
  )
  .map((parts) => parts.join(''))
const value = fc.constantFrom('', 'v', 'w'.repeat(44), 'z'.repeat(400))
const edit = fc.oneof(
  { weight: 3, arbitrary: fc.record({ put: fc.constant(true), key, value }) },
  { weight: 1, arbitrary: fc.record({ put: fc.constant(false), key, value }) },
)

describe('ledger', () => {
  test('agrees with a sorted map, whatever is put in and taken out', () => {
    const batches = fc.array(fc.array(edit, { maxLength: 60 }), { maxLength: 8 })
    fc.assert(
      fc.property(batches, fc.array(key, { maxLength: 20 }), (changes, probes) => {
        const ledger = new LedgerOverMap()
        const model = new Map<string, string>()
        for (const batch of changes) {
          ledger.change((draft) => {
            for (const { put, key: at, value: held } of batch) {
              if (put) {
                draft.put(at, held)
                model.set(at, held)
              } else {
                draft.delete(at)
                model.delete(at)
              }
              assert.equal(draft.get(at), model.get(at))
            }
          })
        }
        assertAgrees(ledger, model, probes)
      }),
      { numRuns: Number(process.env['CLAVIGER_PROPERTY_RUNS'] ?? 60) },
    )
  })

  test('stays shallow and packed when ids grow', () => {
    const ledger = new LedgerOverMap()
    const model = new Map<string, string>()
    const count = 20_000
    for (let number = 0; number < count; ) {
      ledger.change((draft) => {
        for (let each = 0; each < 500; each++, number++) {
          for (const prefix of ['f\0key\0default\0state=active\0', 'r\0key\0default\0']) {
            const at = prefix + number.toString().padStart(36, '0')
            draft.put(at, '')
            model.set(at, '')
          }
        }
      })
    }
    assertAgrees(ledger, model, ['', 'f', 'r\0key\0default\0'.concat('0'.repeat(36))])
    const perPage = model.size / ledger.pages.size
    assert.ok(perPage > NODE_ENTRIES_MAX * 0.8, `pages hold ${perPage} entries in the mean`)
    for (const page of ledger.pages.values()) assert.ok(page.length <= NODE_BYTES_MAX)
  })

  test('empties again without a trace', () => {
    const ledger = new LedgerOverMap()
    const keys = Array.from({ length: 3_000 }, (_, index) => `key-${(index * 7919) % 3_000}`)
    for (const put of [true, false]) {
      for (let from = 0; from < keys.length; from += 500) {
        ledger.change((draft) => {
          for (const at of keys.slice(from, from + 500)) {
            if (put) draft.put(at, '')
            else draft.delete(at)
          }
        })
      }
    }
    assert.equal(ledger.root, undefined)
    assert.equal(ledger.pages.size, 0)
  })

  test('a changed byte in any page is found', () => {
    const ledger = new LedgerOverMap()
    ledger.change((draft) => {
      for (let index = 0; index < 2_000; index++) draft.put(`key-${index}`, 'v')
    })
    assert.ok(ledger.pages.size > 2)
    for (const [id, page] of ledger.pages) {
      for (let at = 0; at < page.length; at += 97) {
        const edited = Uint8Array.from(page)
        edited[at] = (edited[at] as number) ^ 1
        ledger.pages.set(id, edited)
        const damage: string[] = []
        const view = new LedgerView(
          new NodeSource((wanted) => ledger.pages.get(wanted), new StoreMac(fixedGuard())),
          ledger.root,
          (error) => void damage.push(String(error.details['id'])),
        )
        let entry = view.atOrAfter('')
        while (entry !== undefined) entry = view.atOrAfter(`${entry.key}\0`)
        assert.ok(damage.includes(String(id)), `page ${id} byte ${at}`)
      }
      ledger.pages.set(id, page)
    }
  })
})

function assertAgrees(
  ledger: LedgerOverMap,
  model: ReadonlyMap<string, string>,
  probes: readonly string[],
): void {
  const view = ledger.view()
  const sorted = [...model.keys()].sort()
  const forwards: string[] = []
  for (let at = view.atOrAfter(''); at !== undefined; at = view.atOrAfter(`${at.key}\0`)) {
    forwards.push(at.key)
    assert.equal(at.value, model.get(at.key))
  }
  assert.deepEqual(forwards, sorted)
  for (const probe of [...probes, ...sorted.slice(0, 50)]) {
    assert.equal(view.get(probe), model.get(probe))
    assert.equal(
      view.atOrAfter(probe)?.key,
      sorted.find((each) => each >= probe),
    )
    assert.equal(
      view.before(probe)?.key,
      sorted.findLast((each) => each < probe),
    )
  }
}
