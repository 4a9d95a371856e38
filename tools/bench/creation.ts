import { encodeHex } from '@claviger/bytes'
import { randomBytes } from '@claviger/crypto'
import type { KeeperProcess } from './keeper-process.ts'
import type { LoadProcess } from './load-process.ts'
import type { Measurement } from './measurement.ts'

/** Durable key creation: 64 at once against one at a time; what the group commit is for. */
export async function measureCreation(
  keeper: KeeperProcess,
  load: LoadProcess,
  seconds: number,
): Promise<Measurement> {
  const rate = async (connections: number): Promise<number> => {
    const run = encodeHex(randomBytes(4))
    const names = Array.from({ length: 200_000 }, (_, index) => `bench-${run}-${index}`)
    const requests = names.map((name) =>
      keeper.request('POST', '/v1/keys', { name, spec: 'aes-256' }),
    )
    const { done, seconds: took } = await load.run({
      port: keeper.port,
      ca: keeper.ca,
      connections,
      seconds,
      requests,
    })
    return done / took
  }
  const one = await rate(1)
  const many = await rate(64)
  return {
    name: 'create-64/create-1',
    value: many,
    unit: 'keys/s',
    limit: one,
    ratio: many / one,
    bar: 10,
    side: 'at-least',
  }
}
