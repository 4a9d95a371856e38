import { malformed, syntaxError } from './malformed.ts'

/** Who calls, as policies name them. */
export interface PolicyPrincipal {
  readonly arn: string
  readonly account: string
}

/** Whom a statement of a key policy speaks of. */
export interface PrincipalElement {
  readonly everyone: boolean
  /** 12 digits, from `…:root` or the bare number. */
  readonly accounts: ReadonlySet<string>
  /** Users, roles and sessions, by ARN. */
  readonly arns: ReadonlySet<string>
}

const ACCOUNT = /^\d{12}$/
const ROOT = /^arn:aws[a-z-]*:iam::(\d{12}):root$/
const IDENTITY =
  /^arn:aws[a-z-]*:(?:iam::\d{12}:(?:user|role)\/[\x21-\x7e]{1,576}|sts::\d{12}:(?:assumed-role|federated-user)\/[\x21-\x7e]{1,576})$/
const SERVICE = /^[a-z0-9][a-z0-9.-]{0,126}\.amazonaws\.com(?:\.cn)?$/
const PRINCIPALS_MAX = 1_024

/** Whether it names a user, role, session or account, as grants require. */
export function isPrincipalArn(text: string): boolean {
  return !/[*?]/.test(text) && (ROOT.test(text) || IDENTITY.test(text))
}

/** `s3.amazonaws.com`. */
export const isServicePrincipal = (text: string): boolean => SERVICE.test(text)

export const rootArn = (account: string): string => `arn:aws:iam::${account}:root`
export const accountOfRoot = (arn: string): string | undefined => ROOT.exec(arn)?.[1]
export const isRoot = ({ arn, account }: PolicyPrincipal): boolean => accountOfRoot(arn) === account

const invalidPrincipal = (): Error =>
  malformed('Policy contains a statement with one or more invalid principals.')

/** `"*"`, or an object of `AWS`, `Service` and `Federated`. */
export function parsePrincipal(element: unknown): PrincipalElement {
  const found = { everyone: false, accounts: new Set<string>(), arns: new Set<string>() }
  if (element === '*') return { ...found, everyone: true }
  if (typeof element !== 'object' || element === null || Array.isArray(element)) {
    throw typeof element === 'string' ? invalidPrincipal() : syntaxError()
  }
  const kinds = Object.entries(element)
  if (kinds.length === 0) throw invalidPrincipal()
  for (const [kind, value] of kinds) {
    for (const name of namesOf(value)) {
      if (kind === 'AWS') {
        if (name === '*') found.everyone = true
        else addAws(found, name)
      } else if (kind === 'Service') {
        // No AWS service calls this keeper: it is read, and never met.
        if (!isServicePrincipal(name)) throw invalidPrincipal()
      } else if (kind !== 'Federated' || name.length > 2_048) throw invalidPrincipal()
    }
  }
  return found
}

function addAws({ accounts, arns }: { accounts: Set<string>; arns: Set<string> }, name: string) {
  const account = ACCOUNT.test(name) ? name : accountOfRoot(name)
  if (account !== undefined) accounts.add(account)
  // A wildcard cannot stand for a part of a principal's name (IAM User Guide, "Principal").
  else if (isPrincipalArn(name)) arns.add(name)
  else throw invalidPrincipal()
}

function namesOf(value: unknown): readonly string[] {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (names.length === 0 || names.length > PRINCIPALS_MAX) throw invalidPrincipal()
  return names.map((name) => {
    if (typeof name !== 'string' || name === '') throw invalidPrincipal()
    return name
  })
}

/**
 * How a `Principal` reaches the caller: by itself; by its account, which then delegates to its identity
 * policies; or not.
 */
export type Reach = 'direct' | 'account' | 'none'

export function reachOf(element: PrincipalElement, caller: PolicyPrincipal): Reach {
  if (element.everyone || element.arns.has(caller.arn)) return 'direct'
  if (!element.accounts.has(caller.account)) return 'none'
  return isRoot(caller) ? 'direct' : 'account'
}

/**
 * Whether `NotPrincipal` spares the caller. For a denial the caller and its account must both be named: if
 * only the user is, its account is denied and the user with it (IAM User Guide, "NotPrincipal"). For an
 * allowance naming either excludes.
 */
export function isExempt(
  { everyone, arns, accounts }: PrincipalElement,
  caller: PolicyPrincipal,
  effect: 'Allow' | 'Deny',
): boolean {
  if (everyone) return true
  const hasAccount = accounts.has(caller.account)
  if (isRoot(caller)) return hasAccount
  const hasCaller = arns.has(caller.arn)
  return effect === 'Deny' ? hasCaller && hasAccount : hasCaller || hasAccount
}
