import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A folder that goes with the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-system-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function hasCommand(name: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'command -v "$0"', name]).status === 0
}

export const isRoot = process.getuid?.() === 0
