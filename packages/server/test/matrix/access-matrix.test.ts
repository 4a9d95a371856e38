import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DATA_ROUTES } from '../../src/protocols/rest/data-routes.ts'
import { MANAGEMENT_ROUTES } from '../../src/protocols/rest/routes.ts'
import { OPERATIONS } from '../../src/protocols/aws-kms/operations.ts'
import { AWS_KEY_CALLS, AWS_OTHER_CALLS } from './aws-calls.ts'
import { color, type Counted, isLetIn, Matrix } from './matrix.ts'
import { REST_KEY_CALLS, REST_OPEN, REST_OTHER_CALLS } from './rest-calls.ts'

/*
 * Who may do what to which key in which state, by which protocol and by what they show themselves: asked of the
 * keeper as it is composed, through the handlers of REST and AWS KMS, with its policies, its store and its log. What
 * would change something is a dry run: decided, computed, and not written. What is expected is in `matrix-rules.ts`,
 * which reads nothing of the code. Of what is neither a use of a key nor a step of its life it is asked only who is let
 * in; acts on a seal cannot be rehearsed, so they are asked of those who may not. Tokens of identity providers are not
 * among the strengths: their roles come from the same place.
 */

let matrix: Matrix
before(async () => {
  matrix = await Matrix.open()
})
after(() => matrix.close())

function assertGreen({ cells, red }: Counted, least: number): void {
  assert.deepEqual(red.slice(0, 40), [], `${red.length} of ${cells} cells have turned`)
  assert.ok(cells >= least, `${cells} cells`)
  assert.deepEqual(matrix.complaints, [])
}

test('every route of REST is in the table', () => {
  const listed = [...Object.keys(REST_KEY_CALLS), ...Object.keys(REST_OTHER_CALLS), ...REST_OPEN]
  const served = [...Object.keys(MANAGEMENT_ROUTES), ...Object.keys(DATA_ROUTES)]
  assert.deepEqual(listed.sort(), served.sort())
})

test('every action of AWS KMS is in the table', () => {
  const listed = [...Object.keys(AWS_KEY_CALLS), ...Object.keys(AWS_OTHER_CALLS)]
  assert.deepEqual(listed.sort(), Object.keys(OPERATIONS).sort())
})

test('REST: keys', async (t) => {
  const counted = await color(matrix.restKeyCells())
  t.diagnostic(`${counted.cells} cells`)
  assertGreen(counted, 50_000)
})

test('AWS KMS: keys', async (t) => {
  const counted = await color(matrix.awsCells())
  t.diagnostic(`${counted.cells} cells`)
  assertGreen(counted, 1_000)
})

test('REST: everything else', async (t) => {
  const counted = await color(matrix.restOtherCells(), isLetIn)
  t.diagnostic(`${counted.cells} cells`)
  assertGreen(counted, 1_000)
})

test('AWS KMS: everything else', async (t) => {
  const counted = await color(matrix.awsOtherCells(), isLetIn)
  t.diagnostic(`${counted.cells} cells`)
  assertGreen(counted, 1_000)
})
