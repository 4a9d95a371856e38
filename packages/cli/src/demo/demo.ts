import { basename } from 'node:path'
import type { Context } from '../context.ts'
import { assertFree } from '../file/atomic-file.ts'
import type { Input } from '../file/input.ts'
import { demonstrateEnd, demonstrateKept } from './end.ts'
import { demonstrateLife } from './life.ts'
import { demonstrateProof } from './proof.ts'
import { demonstrateSignature } from './signature.ts'
import { type DemoSubject, quote } from './subject.ts'
import { Walk } from './walk.ts'

export type DemoInput = Input & { readonly path: string }

/** Walks a key through its whole life on the user's own file; leaves nothing behind if it fails. */
export async function runDemo(context: Context, input: DemoInput): Promise<void> {
  const stamp = context.environment.now().toISOString().replaceAll(/\D/g, '').slice(0, 14)
  const subject: DemoSubject = {
    input,
    file: basename(input.path),
    key: `demo/${stamp}`,
    signingKey: `demo/${stamp}-signing`,
    keptKey: `demo/${stamp}-kept`,
    encrypted: `${input.path}.demo.clv`,
    kept: `${input.path}.kept.clv`,
  }
  assertFree(subject.encrypted, false)
  assertFree(subject.kept, false)
  const walk = new Walk(context, await context.client())
  try {
    await demonstrateLife(walk, subject)
    await demonstrateSignature(walk, subject)
    const destroyed = await demonstrateEnd(walk, subject)
    await demonstrateKept(walk, subject)
    await demonstrateProof(walk, destroyed)
  } catch (error) {
    await walk.cleanUp()
    throw error
  } finally {
    walk.end()
  }
  const { encrypted, kept, key, keptKey, signingKey } = subject
  const last = [
    '',
    context.paint('good', 'That was a whole life. Left for you to try:'),
    `  claviger decrypt ${quote(kept)} -o ${quote(`${input.path}.copy`)}   gives your file back`,
    `  claviger decrypt ${quote(encrypted)} -o /dev/null   is refused for good`,
    `  claviger key history ${key}   tells it all again`,
  ].join('\n')
  await context.print(
    {
      steps: walk.told,
      files: { encrypted, kept },
      keys: { destroyed: key, kept: keptKey, signing: signingKey },
    },
    last,
  )
}
