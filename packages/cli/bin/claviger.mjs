#!/usr/bin/env node
// Plain JavaScript: starts the command line under Node 26, hardened the way a process that may hold keys
// must be before its first line runs (flags cannot be set later).
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launch } from './launch.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
// In the workspace the sources run as they are; a published package has only what was made of them.
const source = join(root, 'src', 'main.ts')
const main = existsSync(source) ? source : join(root, 'dist', 'main.js')
const args = process.argv.slice(2)
const serves = args.includes('server')
// The arena is locked and left out of core files; private asymmetric parts live in it. A power of two.
const SECURE_HEAP_BYTES = 4 * 1024 * 1024
const flags = ['--disable-sigusr1', '--report-exclude-env', '--disable-proto=throw']
if (serves) flags.push(`--secure-heap=${SECURE_HEAP_BYTES}`, '--max-semi-space-size=64')
launch([...flags, main, ...args], { noCore: true })
