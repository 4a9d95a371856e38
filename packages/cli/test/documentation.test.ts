import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Command } from 'commander'
import { commandNames } from '../src/command-table.ts'
import { Context } from '../src/context.ts'
import { EXIT_CODES } from '../src/exit-code.ts'
import { buildProgram } from '../src/program.ts'
import { claviger } from './test-environment.ts'

const REFERENCE = readFileSync(join(import.meta.dirname, '../../../docs/operations/cli.md'), 'utf8')

async function everyCommand(): Promise<[string, Command][]> {
  const nowhere = { isTTY: false, columns: 80, write: async () => undefined }
  const program = await buildProgram(
    new Context({ stdout: nowhere, stderr: nowhere, env: {} } as unknown as Context['environment']),
    'all',
  )
  return commandNames().map((name) => {
    const found = name
      .split(' ')
      .reduce<Command | undefined>(
        (command, word) => command?.commands.find((inner) => inner.name() === word),
        program,
      )
    assert.ok(found, name)
    return [name, found]
  })
}

describe('the reference', () => {
  test('lists every command, and no other', async () => {
    const listed = [...REFERENCE.matchAll(/^\| `claviger ([^`]*?)` \|/gm)].map(([, usage]) => usage)
    const names = commandNames()
    for (const name of names) {
      const of = listed.filter((usage) => usage === name || usage?.startsWith(`${name} `))
      assert.ok(of.length > 0, `docs/operations/cli.md does not list \`claviger ${name}\``)
    }
    for (const usage of listed) {
      assert.ok(
        names.some((name) => usage === name || usage?.startsWith(`${name} `)),
        `there is no \`claviger ${usage ?? ''}\``,
      )
    }
  })

  test('gives the arguments of every command', async () => {
    for (const [name, command] of await everyCommand()) {
      const words = command.registeredArguments.map((argument) =>
        argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
      )
      const usage = ['claviger', name, ...words].join(' ')
      assert.ok(
        REFERENCE.includes(`\`${usage}\``),
        `docs/operations/cli.md does not say \`${usage}\``,
      )
    }
  })

  test('gives every option of every command', async () => {
    for (const [name, command] of await everyCommand()) {
      for (const { long } of command.options) {
        assert.ok(
          REFERENCE.includes(long ?? ''),
          `docs/operations/cli.md does not say ${long} of ${name}`,
        )
      }
    }
  })

  test('gives every exit status', () => {
    for (const [reason, code] of Object.entries(EXIT_CODES)) {
      assert.match(REFERENCE, new RegExp(`^\\| ${code} \\|`, 'm'), reason)
    }
  })
})

describe('the help', () => {
  test('of every command shows how it is called, with examples that parse', async () => {
    for (const [name, command] of await everyCommand()) {
      const ran = await claviger([...name.split(' '), '--help'])
      assert.equal(ran.exitCode, 0)
      assert.match(ran.stdout, new RegExp(`^Usage: claviger ${name}`))
      const examples = [...ran.stdout.matchAll(/\bclaviger (\S.*)$/gm)].map(
        ([, rest]) => rest ?? '',
      )
      assert.ok(
        examples.some((rest) => rest.startsWith(name)),
        `${name} has no example`,
      )
      for (const option of ran.stdout.matchAll(/^ {2}\$ .*?(--[a-z0-9-]+)/gm)) {
        assert.ok(option[1], name)
      }
      const known = new Set(command.options.map(({ long }) => long))
      for (const line of examples.filter((rest) => rest.startsWith(`${name} `))) {
        for (const word of line.split(/ (?:&&|\||>|<) /, 1)[0]?.match(/(?<= )--[a-z0-9-]+/g) ??
          []) {
          assert.ok(known.has(word), `the example of ${name} uses ${word}`)
        }
      }
    }
  })

  test('goes to standard output when it is asked for', async () => {
    const ran = await claviger(['--help'])
    assert.deepEqual([ran.exitCode, ran.stderr], [0, ''])
  })
})

describe('completion', () => {
  const complete = async (...words: string[]): Promise<string[]> => {
    const ran = await claviger(['complete', '--', ...words])
    assert.equal(ran.exitCode, 0, ran.stderr)
    return ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0] ?? '')
  }

  test('knows commands, options and their values', async () => {
    assert.deepEqual(await complete('ke'), ['key', ':4'])
    assert.deepEqual(await complete('key', 'cr'), ['create', ':4'])
    assert.ok((await complete('key', 'create', 'x', '--pro')).includes('--protect-days'))
    assert.ok((await complete('key', 'create', 'x', '--spec', 'ml-kem-')).includes('ml-kem-768'))
    assert.ok((await complete('key', 'revoke', 'x', '--reason', 'key')).includes('key-compromise'))
  })

  test('leaves files to the shell', async () => {
    assert.deepEqual(await complete('encrypt', 'payments', ''), [':0'])
  })

  for (const shell of ['bash', 'zsh', 'fish']) {
    test(`has a script for ${shell}`, async () => {
      const ran = await claviger(['completion', shell])
      assert.equal(ran.exitCode, 0)
      assert.match(ran.stdout, /claviger complete --/)
    })
  }
})
