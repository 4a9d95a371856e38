import type { ManagedObject, ObjectAnswer } from '@claviger/client'
import type { Context } from '../../context.ts'
import { facts } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'
import { pairsText, stateCell } from '../key/described-key.ts'

export async function printObject(
  context: Context,
  answer: ObjectAnswer,
  done?: string,
): Promise<void> {
  const text = describe(context, answer.object)
  await context.print(answer, done === undefined ? text : `${context.paint('good', done)}\n${text}`)
}

function describe({ paint }: Context, object: ManagedObject): string {
  const { certificate } = object
  return facts([
    ['name', object.name],
    ['id', object.id],
    ['kind', object.kind],
    ['state', stateCell(paint, object.state)],
    ['owner', object.owner],
    ['labels', pairsText(object.labels)],
    ['description', object.description],
    ['subject', certificate?.subject],
    ['issuer', certificate?.issuer],
    ['valid', certificate && `${minute(certificate.notBefore)} to ${minute(certificate.notAfter)}`],
    ['fingerprint', certificate?.fingerprint],
    ['of key', certificate?.key && `${certificate.key} version ${certificate.keyVersion ?? '?'}`],
    ['content', object.hasContent ? 'kept' : 'destroyed'],
    ['created', minute(object.createdAt)],
    ['changed', `${minute(object.updatedAt)} (revision ${object.revision})`],
  ])
}
