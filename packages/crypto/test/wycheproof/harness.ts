import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { BytesError } from '@claviger/bytes'
import { CryptoError } from '../../src/index.ts'

/** A case or a group as it stands in the JSON: members are read by name, strings unless the runner knows more. */
export type Members = Readonly<Record<string, unknown>>

/** What became of a case: done and right, refused by the package, or not tried for the reason given. */
export type Outcome = 'accepted' | 'refused' | { readonly notRun: string }

export type Runner = (test: Members, group: Members, file: string) => Outcome | Promise<Outcome>

export const FOLDER = join(import.meta.dirname, '../../../../../shared/vectors/wycheproof')
const SUFFIX = '_test.json.zst'

export function hasVectors(): boolean {
  return existsSync(FOLDER)
}

/** The files' names without their ending. */
export function fileNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .toSorted()
}

type Group = Members & { readonly tests: readonly Members[] }

export function readGroups(name: string): readonly Group[] {
  const text = zstdDecompressSync(readFileSync(join(FOLDER, name + SUFFIX))).toString()
  return (JSON.parse(text) as { testGroups: Group[] }).testGroups
}

export type Result = { readonly tcId: number; readonly verdict: string }

/** Runs one case: 'pass', 'not run: …', or what went wrong. */
export async function runCase(
  runner: Runner,
  test: Members,
  group: Members,
  file: string,
): Promise<string> {
  const expected = test['result']
  let outcome: Outcome
  try {
    outcome = await runner(test, group, file)
  } catch (error) {
    if (error instanceof assert.AssertionError) return 'wrong output'
    if (!(error instanceof CryptoError) && !(error instanceof BytesError)) {
      return `crashed: ${error instanceof Error ? error.message : 'unknown'}`
    }
    outcome = 'refused'
  }
  if (typeof outcome === 'object') return `not run: ${outcome.notRun}`
  if (expected === 'acceptable') return 'pass'
  const wanted = expected === 'valid' ? 'accepted' : 'refused'
  return outcome === wanted ? 'pass' : `${String(expected)} but ${outcome}`
}

export function bytes(members: Members, name: string): Uint8Array {
  const hex = members[name] ?? ''
  return typeof hex === 'string' ? Uint8Array.fromHex(hex) : new Uint8Array()
}

/** A number written in two's complement, as the set writes big integers. */
export function integer(members: Members, name: string): bigint {
  const hex = String(members[name])
  const value = BigInt(`0x${hex}`)
  const bits = BigInt(hex.length * 4)
  return value >> (bits - 1n) === 1n ? value - (1n << bits) : value
}

/** An unsigned number in exactly `length` bytes. */
export function fixedBytes(value: bigint, length: number): Uint8Array {
  return Uint8Array.fromHex(value.toString(16).padStart(2 * length, '0'))
}

export function text(members: Members, name: string): string {
  return String(members[name])
}

export function number(members: Members, name: string): number {
  return Number(members[name])
}

export function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0
}

/** 'accepted' or 'refused' for a boolean. */
export function outcome(accepted: boolean): Outcome {
  return accepted ? 'accepted' : 'refused'
}

/** On a valid case the forward direction must give the vector's own output. */
export function assertOutput(test: Members, actual: () => Uint8Array, expected: Uint8Array): void {
  if (test['result'] === 'valid')
    assert.equal(Buffer.from(actual()).toString('hex'), Buffer.from(expected).toString('hex'))
}

const digestNames: Readonly<Record<string, string>> = {
  'SHA-1': 'sha1',
  'SHA-224': 'sha224',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
  'SHA-512/224': 'sha512-224',
  'SHA-512/256': 'sha512-256',
  'SHA3-224': 'sha3-224',
  'SHA3-256': 'sha3-256',
  'SHA3-384': 'sha3-384',
  'SHA3-512': 'sha3-512',
}

/** Our name of a hash, or undefined for one we do not have. */
export function hashNamed(members: Members, name: string): string | undefined {
  return digestNames[String(members[name])]
}
