import type { AwsOperation } from './call.ts'

/** Every action, by the name in `X-Amz-Target`. */
export const OPERATIONS: Readonly<Record<string, AwsOperation>> = {}
