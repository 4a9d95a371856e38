import { attachToTenant } from '@claviger/core'
import { identityPolicyName } from '../../../src/protocols/aws-kms/policy/identity-policy.ts'
import { REQUEST } from '../../keeper/world.ts'
import { ACCOUNT, type AwsWorld, type Output } from './aws-world.ts'

export const user = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`
export const policyOf = (...Statement: Output[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement })

/** Everything, to one user of the account. */
export const everything = (name: string): Output => ({
  Effect: 'Allow',
  Principal: { AWS: user(name) },
  Action: 'kms:*',
  Resource: '*',
})

/** Attaches an identity policy where none is. */
export async function attach(
  world: AwsWorld,
  name: string,
  ...statements: Output[]
): Promise<void> {
  const { session } = world.caller(name)
  const attachment = identityPolicyName(session.principal)
  const body = { document: policyOf(...statements) }
  const compute = async () => ({
    output: undefined,
    changes: [{ name: attachment, body, expected: 0 }],
  })
  await world.keeper.execute(world.session, attachToTenant<undefined>(), { compute }, REQUEST)
}
