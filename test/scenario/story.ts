import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLAVIGER } from '../fault/support/server-process.ts'

/*
 * A story is a text: who types what, and what comes of it.
 *
 *   # a remark
 *   first NAME            tells another story before this one
 *   ann$ approval list    the command line, as the principal `ann`
 *   shell$ rm x           any command
 *   exit 7                the status that the command above ended with; 0 if nothing is said
 *   says REGEX            is in what it wrote
 *   keep NAME REGEX       what the group matched is `$NAME` in the lines below
 */

const STORIES = join(import.meta.dirname, 'stories')
const COMMAND_MS_MAX = 60_000

interface Step {
  readonly line: number
  readonly who: string
  readonly command: string
  status: number
  readonly checks: {
    readonly what: 'says' | 'keep'
    readonly name: string
    readonly text: string
  }[]
}

interface Told {
  readonly status: number
  readonly output: string
}

export interface Stage {
  /** Where the commands run; the keeper's folder is `.claviger` in it. */
  readonly folder: string
  readonly address: string
}

export async function tellStory(name: string, stage: Stage): Promise<void> {
  const kept = new Map<string, string>()
  for (const story of withBefore(name)) {
    for (const step of parse(story)) {
      const place = `${story}.story:${step.line}`
      const told = await play({ ...step, command: filled(step.command, kept) }, stage)
      const shown = `${place}: ${step.who}$ ${step.command}\n${told.output}`
      assert.equal(told.status, step.status, shown)
      for (const { what, name: variable, text } of step.checks) {
        const found = new RegExp(filled(text, kept)).exec(told.output)
        assert.ok(found, `${shown}\nshould say ${text}`)
        if (what === 'keep') kept.set(variable, found[1] ?? '')
      }
    }
  }
}

const read = (name: string): string[] =>
  readFileSync(join(STORIES, `${name}.story`), 'utf8').split('\n')

function withBefore(name: string): readonly string[] {
  const before = read(name).filter((line) => line.startsWith('first '))
  return [...before.flatMap((line) => withBefore(line.slice('first '.length).trim())), name]
}

function parse(name: string): readonly Step[] {
  const steps: Step[] = []
  for (const [index, line] of read(name).entries()) {
    if (line === '' || line.startsWith('#') || line.startsWith('first ')) continue
    const [, who, command] = /^([a-z]+)\$ (.+)$/.exec(line) ?? []
    if (who !== undefined && command !== undefined) {
      steps.push({ line: index + 1, who, command, status: 0, checks: [] })
      continue
    }
    const step = steps.at(-1)
    const [, word, rest = ''] = /^(exit|says|keep) (.+)$/.exec(line) ?? []
    assert.ok(step && word, `${name}.story:${index + 1} is no line of a story: ${line}`)
    if (word === 'exit') step.status = Number(rest)
    else if (word === 'says') step.checks.push({ what: 'says', name: '', text: rest })
    else {
      const space = rest.indexOf(' ')
      const [variable, text] = [rest.slice(0, space), rest.slice(space + 1)]
      step.checks.push({ what: 'keep', name: variable, text })
    }
  }
  return steps
}

function filled(text: string, kept: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$([A-Z]+)/g, (whole, name: string) => kept.get(name) ?? whole)
}

function play({ who, command }: Step, { folder, address }: Stage): Promise<Told> {
  if (who === 'shell') return run('sh', ['-ec', command], folder)
  const own = join(folder, `${who}.token`)
  const token = existsSync(own) ? own : join(folder, '.claviger', `${who}.token`)
  const env = {
    CLAVIGER_ADDRESS: address,
    CLAVIGER_CA: join(folder, '.claviger', 'ca.pem'),
    ...(existsSync(token) && { CLAVIGER_TOKEN_FILE: token }),
  }
  return run(process.execPath, [CLAVIGER, ...command.split(' ')], folder, env)
}

function run(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Told> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, ...env }, timeout: COMMAND_MS_MAX }
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ status, output: `${stdout}${stderr}` })
    })
    child.stdin?.end()
  })
}
