import { isUtf8 } from 'node:buffer'
import { KeeperError } from '@claviger/core'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [member: string]: Json }

const DEPTH_MAX = 16

/**
 * Reads one JSON object (RFC 8259), strictly where the RFC leaves room: UTF-8 only (§8.1), no member twice
 * (§4: "names SHOULD be unique"), nothing named `__proto__`, at most 16 deep. Throws `invalid-input`,
 * never repeating the input.
 */
export function parseJsonObject(bytes: Buffer): JsonObject {
  if (!isUtf8(bytes)) throw malformed('the body is not UTF-8')
  const text = bytes.toString('utf8')
  const members = scan(text)
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    throw malformed('the body is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('the body must be a JSON object')
  }
  // A member given twice is one member after parsing, so the counts differ.
  if (countMembers(value) !== members) throw malformed('a member is given twice')
  return value as JsonObject
}

/** Bounds nesting before JSON.parse sees the text and counts members by their colons. */
function scan(text: string): number {
  let depth = 0
  let members = 0
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x22:
        index = endOfString(text, index + 1)
        break
      case 0x3a:
        members++
        break
      case 0x5b:
      case 0x7b:
        if (++depth > DEPTH_MAX) throw malformed(`the body is nested over ${DEPTH_MAX} deep`)
        break
      case 0x5d:
      case 0x7d:
        depth--
        break
      default:
    }
  }
  return members
}

/** Index of the closing quote; a quote after an odd number of backslashes is part of the string. */
function endOfString(text: string, from: number): number {
  for (let start = from; ; ) {
    const quote = text.indexOf('"', start)
    if (quote < 0) throw malformed('the body is not JSON')
    let before = quote - 1
    while (before >= from && text.charCodeAt(before) === 0x5c) before--
    if ((quote - before) % 2 === 1) return quote
    start = quote + 1
  }
}

function countMembers(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  let members = 0
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) members += countMembers(item)
    return members
  }
  const object = value as JsonObject
  for (const name of Object.keys(object)) {
    if (name === '__proto__') throw malformed('a member cannot be called `__proto__`')
    members += 1 + countMembers(object[name] as Json)
  }
  return members
}

function malformed(message: string): KeeperError {
  return new KeeperError('invalid-input', message)
}
