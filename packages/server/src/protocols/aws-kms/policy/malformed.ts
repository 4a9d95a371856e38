import { AwsError } from '../error.ts'

export const malformed = (message: string): AwsError =>
  new AwsError('MalformedPolicyDocumentException', message)

/** What AWS says of a structure it cannot read. */
export const syntaxError = (): AwsError => malformed('Syntax errors in policy.')
