import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answered, type Asked, pick, pickText } from './test-world.ts'

export interface Caller {
  readonly call: (path: string, asked?: Asked) => Promise<Answered>
  readonly ok: (path: string, asked?: Asked) => Promise<Answered>
  readonly key: (name: string, spec: string, more?: object) => Promise<Answered>
}

/** Keys made elsewhere, keys rotated by themselves, and when each was used. */
export function tellKeyMaterialStory({ call, ok, key }: Caller): void {
  test('await material, take it, lose it and take it back', async () => {
    const material = { format: 'raw', data: Buffer.alloc(32, 9).toString('base64') }
    const waiting = await key('late', 'aes-256', { material: 'awaited' })
    assert.equal(pick(waiting.body, 'key.version.hasMaterial'), false)
    const since = pickText(waiting.body, 'key.version.materialUntil')
    assert.deepEqual(pick(waiting.body, 'key.materialUntil'), { 1: since })
    const refused = await call('/v1/keys/late/encrypt', { body: { plaintext: '' } })
    assert.equal(refused.status, 409)
    const materialUntil = new Date(Date.now() + 86_400_000).toISOString()
    const brought = await ok('/v1/keys/late/import', { body: { material, materialUntil } })
    assert.equal(pick(brought.body, 'key.version.materialUntil'), materialUntil)
    await ok('/v1/keys/late/encrypt', { body: { plaintext: '' } })
    const deleted = await ok('/v1/keys/late/delete-material', { body: {} })
    assert.equal(pick(deleted.body, 'key.version.hasMaterial'), false)
    const data = Buffer.alloc(32, 1).toString('base64')
    const other = { format: 'raw', data }
    const wrong = await call('/v1/keys/late/import', { body: { material: other } })
    assert.deepEqual([wrong.status, pick(wrong.body, 'code')], [409, 'wrong-material'])
    await ok('/v1/keys/late/import', { body: { material } })
    const pending = await ok('/v1/keys/late/import', { body: { material: other, pending: true } })
    assert.equal(pick(pending.body, 'key.pendingVersion'), 2)
    const rotated = await ok('/v1/keys/late/rotate', { body: { pending: true } })
    assert.equal(pick(rotated.body, 'key.currentVersion'), 2)
  })

  test('are rotated by the keeper when told so, and say when they were used', async () => {
    await key('yearly', 'aes-256', { cryptoperiod: { protectDays: 'unlimited' } })
    const set = await ok('/v1/keys/yearly/set-rotation', { body: { periodDays: 365 } })
    assert.equal(pick(set.body, 'key.rotation.periodDays'), 365)
    assert.match(pickText(set.body, 'key.rotation.nextAt'), /^\d{4}-\d\d-\d\dT/)
    const none = await ok('/v1/keys/yearly/set-rotation', { body: { periodDays: null } })
    assert.equal(pick(none.body, 'key.rotation'), undefined)
    assert.equal((await ok('/v1/keys/yearly/usage')).body['lastUse'], undefined)
    await ok('/v1/keys/yearly/encrypt', { body: { plaintext: '' } })
    const used = await ok('/v1/keys/yearly/usage')
    assert.equal(pick(used.body, 'lastUse.action'), 'key.encrypt')
    assert.match(pickText(used.body, 'lastUse.at'), /^\d{4}-\d\d-\d\dT/)
  })
}
