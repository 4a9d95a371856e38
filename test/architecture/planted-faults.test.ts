import assert from 'node:assert/strict'
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import * as rules from './rules.ts'
import { readSource } from './source-text.ts'

const ROOT = resolve(import.meta.dirname, '../..')

interface Fault {
  readonly what: string
  readonly rule: (tree: rules.Tree) => readonly rules.Violation[]
  /** Files to plant, by path; the first is the one the rule must name. */
  readonly plant: Readonly<Record<string, string>>
}

const layer = (what: string, file: string, line: string): Fault => ({
  what,
  rule: rules.layerViolations,
  plant: { [file]: `${line}\n` },
})

const LAYER_FAULTS: readonly Fault[] = [
  layer('core importing crypto', 'packages/core/src/planted.ts', "import '@claviger/crypto'"),
  layer(
    'core importing a Node module',
    'packages/core/src/planted.ts',
    "import { readFileSync } from 'node:fs'",
  ),
  layer(
    'core importing one without its prefix',
    'packages/core/src/planted.ts',
    "import fs from 'fs'",
  ),
  layer(
    'a codec importing the domain',
    'packages/tlog/src/planted.ts',
    "export * from '@claviger/core'",
  ),
  layer(
    'crypto reading files',
    'packages/crypto/src/planted.ts',
    "import { readFileSync } from 'node:fs'",
  ),
  layer(
    'the client importing the server',
    'packages/client/src/planted.ts',
    "import '@claviger/server'",
  ),
  layer(
    'a type import',
    'packages/bytes/src/planted.ts',
    "import type { Key } from '@claviger/core'",
  ),
  layer(
    'a dynamic import',
    'packages/bytes/src/planted.ts',
    "const key = await import('@claviger/core')",
  ),
  layer(
    'an import over several lines',
    'packages/bytes/src/planted.ts',
    "import {\n  type Key,\n} from '@claviger/core'",
  ),
  layer(
    'a built-in looked up at run time',
    'packages/core/src/planted.ts',
    "process.getBuiltinModule('node:fs')",
  ),
  layer(
    'a path into another package',
    'packages/core/src/planted.ts',
    "import '../../crypto/src/index.ts'",
  ),
  layer(
    'a door that is not the front',
    'packages/server/src/planted.ts',
    "import '@claviger/crypto/self-test-seam'",
  ),
  layer(
    'storage importing custody',
    'packages/server/src/storage/planted.ts',
    "import '../custody/planted.ts'",
  ),
  layer(
    'storage importing crypto',
    'packages/server/src/storage/planted.ts',
    "import '@claviger/crypto'",
  ),
  layer(
    'a protocol importing another',
    'packages/server/src/protocols/one/planted.ts',
    "import '../two/planted.ts'",
  ),
  layer(
    'a protocol importing storage',
    'packages/server/src/protocols/one/planted.ts',
    "import '../../storage/planted.ts'",
  ),
  layer(
    'a protocol importing custody',
    'packages/server/src/protocols/one/planted.ts',
    "import '../../custody/planted.ts'",
  ),
  layer(
    'a layer importing the composition',
    'packages/server/src/audit/planted.ts',
    "import '../main.ts'",
  ),
  layer(
    'listening importing a protocol',
    'packages/server/src/listen/planted.ts',
    "import '../protocols/one/planted.ts'",
  ),
  layer('a folder that is no layer', 'packages/server/src/elsewhere/planted.ts', 'export {}'),
  layer('a package that is no layer', 'packages/elsewhere/src/planted.ts', 'export {}'),
]

const OTHER_FAULTS: readonly Fault[] = [
  {
    what: 'a dependency nobody declared',
    rule: rules.dependencyViolations,
    plant: { 'packages/core/src/planted.ts': "import fc from 'fast-check'\n" },
  },
  {
    what: 'a cycle of two',
    rule: rules.cycleViolations,
    plant: {
      'packages/core/src/planted.ts': "import { b } from './planted-two.ts'\nexport const a = b\n",
      'packages/core/src/planted-two.ts': "import { a } from './planted.ts'\nexport const b = a\n",
    },
  },
  {
    what: 'a cycle of three through types and re-exports',
    rule: rules.cycleViolations,
    plant: {
      'packages/core/src/planted.ts': "import type { B } from './deep/planted-two.ts'\n",
      'packages/core/src/deep/planted-two.ts': "export type { C } from './planted-three.ts'\n",
      'packages/core/src/deep/planted-three.ts': "export type { A } from '../planted.ts'\n",
    },
  },
  {
    what: 'a file over its budget',
    rule: rules.budgetViolations,
    plant: { 'packages/core/src/planted.ts': 'export {}\n'.repeat(401) },
  },
  {
    what: 'a test over its budget',
    rule: rules.budgetViolations,
    plant: { 'packages/core/test/planted.test.ts': 'export {}\n'.repeat(401) },
  },
  ...[
    "import { createHash } from 'node:crypto'",
    "import type { KeyObject } from 'node:crypto'",
    "const { createHash } = require('crypto')",
    'const key = globalThis.crypto',
    'const id = crypto.randomUUID()',
    "import { sha256 } from '@noble/hashes/sha2.js'",
  ].map((line) => ({
    what: `cryptography outside its package: ${line}`,
    rule: rules.cryptographyViolations,
    plant: { 'packages/server/src/planted.ts': `${line}\n` },
  })),
  ...[
    "import { mintPermit } from './policy/permit.ts'",
    "export { mintPermit } from './policy/permit.ts'",
    "export * from './policy/permit.ts'",
    "import * as permits from './policy/permit.ts'",
  ].map((line) => ({
    what: `a permit minted elsewhere: ${line}`,
    rule: rules.permitViolations,
    plant: { 'packages/core/src/planted.ts': `${line}\n` },
  })),
  ...[
    'packages/core/src/key-utils.ts',
    'packages/server/src/helpers/planted.ts',
    'test/common.ts',
  ].map((file) => ({
    what: `a name that says nothing: ${file}`,
    rule: rules.nameViolations,
    plant: { [file]: 'export {}\n' },
  })),
  ...[
    'const a: any = 1',
    'const b = a as any',
    'let c: Map<string, any>',
    'type D = any[]',
    'type E<T extends any> = T',
  ].map((line) => ({
    what: `any: ${line}`,
    rule: rules.anyViolations,
    plant: { 'packages/core/src/planted.ts': `${line}\n` },
  })),
]

describe('planted faults', () => {
  let root = ''

  before(() => {
    root = mkdtempSync(join(tmpdir(), 'claviger-architecture-'))
    for (const path of globSync(['packages/*/src', 'packages/*/package.json'], { cwd: ROOT })) {
      cpSync(join(ROOT, path), join(root, path), { recursive: true })
    }
  })

  after(() => rmSync(root, { recursive: true, force: true }))

  for (const fault of [...LAYER_FAULTS, ...OTHER_FAULTS]) {
    test(fault.what, () => {
      const [named] = Object.keys(fault.plant)
      const names = (): boolean =>
        fault.rule(rules.readTree(root)).some(({ file }) => file === named)
      assert.equal(names(), false, 'green before')
      for (const [file, text] of Object.entries(fault.plant)) {
        mkdirSync(dirname(join(root, file)), { recursive: true })
        writeFileSync(join(root, file), text)
      }
      try {
        assert.equal(names(), true, 'red after')
      } finally {
        for (const file of Object.keys(fault.plant)) rmSync(join(root, file))
      }
    })
  }

  test('what looks like a fault in a comment or a string is none', () => {
    const file = 'packages/core/src/planted.ts'
    const text = [
      "// import '@claviger/crypto'",
      "/* export * from 'node:fs'\n import 'node:crypto' */",
      "export const told = 'as any, mintPermit, globalThis.crypto'",
      'export const quoted = `${told} as any`',
      'export const pattern = /[\'"`] as any/',
      "export const after = 'still a string: any'",
    ]
    writeFileSync(join(root, file), `${text.join('\n')}\n`)
    const tree = rules.readTree(root)
    for (const rule of Object.values(rules.RULES)) {
      assert.ok(!rule(tree).some((violation) => violation.file === file), rule.name)
    }
    rmSync(join(root, file))
  })
})

describe('reading a source', () => {
  test('keeps every line in its place', () => {
    const text = 'a /* b\n c */ d // e\n`f ${g({ h: `i` })} j` + k / l / m\n'
    const { code, uncommented } = readSource(text)
    assert.equal(code.length, text.length)
    assert.equal(uncommented.length, text.length)
    assert.deepEqual(code.match(/[a-z]/g), ['a', 'd', 'k', 'l', 'm'])
  })
})
