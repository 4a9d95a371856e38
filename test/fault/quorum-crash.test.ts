import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Approver, enrolApprover } from '../../packages/server/test/protocols/rest/approver.ts'
import { OfflineLog } from './support/offline-log.ts'
import { type RestClient, UnknownOutcome } from './support/rest-client.ts'
import { ServerProcess } from './support/server-process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** `CLAVIGER_QUORUM_CRASH_ROUNDS=1000` for a long run. */
const ROUNDS = Number(process.env['CLAVIGER_QUORUM_CRASH_ROUNDS'] ?? 25)
/** From the first request of a round to its kill: about as long as all its steps take. */
const ROUND_MS_MAX = 120
const EXECUTORS = 3
/** Some keys are only ever approved by one: they must outlive everything. */
const SHORT_OF_QUORUM = 3

interface Target {
  readonly name: string
  readonly isShort: boolean
  /** What the keeper acknowledged. */
  approval?: string
  approved: number
  executed: boolean
}

/** Two of three must approve the destruction of any key; the process is killed between any two steps. */
class QuorumCrash {
  readonly folder: string
  readonly targets: Target[] = []
  readonly approvers: Approver[] = []

  constructor(folder: string) {
    this.folder = folder
  }

  async prepare(): Promise<void> {
    const server = await ServerProcess.start(this.folder)
    const administrator = server.client('administrator')
    const ask = async (
      path: string,
      { method, body }: { method?: string; body?: unknown } = {},
    ) => {
      const reply = await administrator.call(method ?? 'POST', path, body)
      assert.ok(reply.status < 300, reply.text)
      return { status: reply.status, headers: {}, text: reply.text, body: reply.json } as never
    }
    for (const name of ['ann', 'ben', 'cyd']) this.approvers.push(await enrolApprover(ask, name))
    const members = ['ann', 'ben', 'cyd'].map((principal) => ({ principal }))
    await ask('/v1/groups', { body: { name: 'board', members } })
    const rule = { actions: ['key.destroy'], approvals: 2, group: 'board' }
    await ask('/v1/quorums', { body: { name: 'two', ...rule } })
    administrator.close()
    await server.stop('SIGKILL')
  }

  async round(number: number): Promise<void> {
    const server = await ServerProcess.start(this.folder)
    const clients: RestClient[] = []
    const client = (identity: Parameters<ServerProcess['client']>[0]): RestClient => {
      const made = server.client(identity)
      clients.push(made)
      return made
    }
    try {
      await this.check(client('developer'))
      const target: Target = {
        name: `key-${number}`,
        isShort: number % SHORT_OF_QUORUM === 0,
        approved: 0,
        executed: false,
      }
      await client('developer').ok('POST', '/v1/keys', { name: target.name, spec: 'aes-256' })
      this.targets.push(target)
      const steps = this.targets
        .filter(({ executed }) => !executed)
        .slice(-4)
        .map((one) =>
          this.goOn(
            one,
            client('developer'),
            this.approvers.map(({ token }) => client({ token })),
          ),
        )
      const killed = delay(randomInt(ROUND_MS_MAX)).then(() => server.stop('SIGKILL'))
      for (const outcome of await Promise.allSettled([...steps, killed])) {
        if (outcome.status === 'rejected' && !(outcome.reason instanceof UnknownOutcome)) {
          throw outcome.reason
        }
      }
    } finally {
      for (const one of clients) one.close()
      await server.stop('SIGKILL')
    }
    assert.equal(server.stderr.includes(' at '), false, server.stderr)
  }

  /** Takes a key as far as it comes: request, approvals, and several who would all like to be the one to do it. */
  async goOn(target: Target, developer: RestClient, people: readonly RestClient[]): Promise<void> {
    const path = `/v1/keys/${target.name}/destroy`
    if (target.approval === undefined) {
      const asked = await developer.call('POST', path, { windowDays: 0 })
      assert.equal(asked.json.code, 'approval-pending', asked.text)
      target.approval = String((asked.json as unknown as Pending).details.approval)
    }
    const id = target.approval
    for (const [index, person] of people.slice(0, target.isShort ? 1 : 2).entries()) {
      if (target.approved > index) continue
      const shown = await person.ok('GET', `/v1/approvals/${id}`)
      const { statement } = (shown as unknown as Shown).approval
      const signed = this.approvers[index]?.approval(statement)
      const reply = await person.call('POST', `/v1/approvals/${id}/approve`, signed)
      // Acknowledged now, or before a kill that took the answer.
      assert.ok(reply.status === 200 || reply.json.code === 'conflict', reply.text)
      target.approved = index + 1
    }
    const tries = Array.from({ length: EXECUTORS }, () =>
      developer.call('POST', `/v1/approvals/${id}/execute`, {}),
    )
    for (const tried of await Promise.allSettled(tries)) {
      if (tried.status === 'rejected') throw tried.reason
      if (tried.value.status === 200) {
        assert.ok(!target.isShort, 'done without its quorum')
        target.executed = true
      }
    }
  }

  /** What a kill left: what was acknowledged is there, and nothing was done that was not approved. */
  async check(developer: RestClient): Promise<void> {
    for (const target of this.targets.slice(-8)) {
      const { key } = await developer.ok('GET', `/v1/keys/${target.name}`)
      const isDestroyed = (key as unknown as { state: string }).state === 'destroyed'
      if (target.executed) assert.ok(isDestroyed, `${target.name} was acknowledged as destroyed`)
      if (target.isShort) assert.ok(!isDestroyed, `${target.name} was destroyed without its quorum`)
      if (target.approval === undefined) continue
      const shown = await developer.ok('GET', `/v1/approvals/${target.approval}`)
      const { status, signatures } = (shown as unknown as Shown).approval
      assert.ok(signatures.length >= target.approved, `${target.name} lost an approval`)
      assert.equal(status === 'executed', isDestroyed, `${target.name}: ${status}`)
      if (isDestroyed) assert.ok(signatures.length >= 2)
      target.executed = isDestroyed
      target.approved = Math.max(target.approved, signatures.length)
    }
  }
}

interface Pending {
  readonly details: { readonly approval: string }
}

interface Shown {
  readonly approval: {
    readonly statement: string
    readonly status: string
    readonly signatures: readonly unknown[]
  }
}

test(`${ROUNDS} kills between the steps of a quorum: nothing is done without it, and nothing twice`, async (t) => {
  const folder = temporaryFolder(t)
  const run = new QuorumCrash(folder)
  await run.prepare()
  for (let round = 1; round <= ROUNDS; round++) await run.round(round)
  const server = await ServerProcess.start(folder)
  const developer = server.client()
  await run.check(developer)
  developer.close()
  await server.stop()
  const done = new Map<string, number>()
  await new OfflineLog(folder).verify((_index, text) => {
    const { action, outcome, target } = JSON.parse(text) as Entry
    if (action !== 'key.destroy' || outcome !== 'allowed') return
    done.set(target.name, (done.get(target.name) ?? 0) + 1)
  })
  for (const { name, executed } of run.targets) {
    assert.equal(done.get(name) ?? 0, executed ? 1 : 0, `${name} in the log`)
  }
  const executed = run.targets.filter((target) => target.executed).length
  t.diagnostic(`${executed} of ${run.targets.length} keys destroyed`)
  assert.ok(executed > 0 && executed < run.targets.length)
})

interface Entry {
  readonly action: string
  readonly outcome: string
  readonly target: { readonly name: string }
}
