import { decodeUtf8 } from '@claviger/bytes'
import type { Expectation, PolicyProposal, PolicyTrial } from '@claviger/client'
import { type Command, Option } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { readFileInput } from '../../file/input.ts'
import { collectPair, connectionOptions, examples } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { POLICY_BYTES_MAX } from './put.ts'

const EXPECTATIONS_BYTES_MAX = 1024 * 1024

interface Options {
  readonly with?: Readonly<Record<string, string>>
  readonly without?: string
}

export function define(command: Command, context: Context): void {
  command
    .argument('<file>', 'expectations in JSON; standard input if `-`')
    .addOption(
      new Option('--with <name=file>', 'as if this policy were put')
        .argParser(collectPair)
        .conflicts('without'),
    )
    .option('--without <name>', 'as if this policy were taken out of force')
    .action((file: string, options: Options) => run(context, file, options))
  connectionOptions(command)
  examples(
    command,
    'claviger policy test expectations.json',
    'claviger policy test expectations.json --with developers=developers.cedar',
  )
}

async function run(context: Context, file: string, options: Options): Promise<void> {
  const bytes = await readFileInput(context, file, EXPECTATIONS_BYTES_MAX)
  const expectations = parseExpectations(decodeUtf8(bytes))
  const proposal = await proposalOf(context, options)
  const answer = await (await context.client()).policies.test(expectations, proposal)
  if (answer.failed > 0) context.endWith('verification-failed')
  await context.print(answer, human(context, expectations, answer))
}

/** The keeper checks what is in each. */
function parseExpectations(text: string): readonly Expectation[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw usageError('the expectations are not JSON')
  }
  if (Array.isArray(value)) return value as readonly Expectation[]
  throw usageError('the expectations are a list: [{"principal", "action", "target", "expect"}]')
}

async function proposalOf(
  context: Context,
  { with: put, without }: Options,
): Promise<PolicyProposal | undefined> {
  if (without !== undefined) return { name: without }
  const [pair, another] = Object.entries(put ?? {})
  if (another !== undefined) throw usageError('one policy at a time')
  if (pair === undefined) return undefined
  const [name, file] = pair
  return { name, text: decodeUtf8(await readFileInput(context, file, POLICY_BYTES_MAX)) }
}

function human(
  { paint }: Context,
  expectations: readonly Expectation[],
  { results, failed }: PolicyTrial,
): string {
  const total = `${results.length - failed} of ${results.length} expectations are met`
  const rows = expectations.flatMap(({ principal, action, target = '' }, index) => {
    const { met = true, decision = '', policies = [] } = results[index] ?? {}
    return met
      ? []
      : [[String(index + 1), principal, action, target, decision, policies.join(', ')]]
  })
  if (rows.length === 0) return paint('good', total)
  const heads = ['number', 'principal', 'action', 'on', 'but is', 'by policy']
  return `${table(heads, rows)}\n${paint('bad', total)}`
}
