import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** A crash leaves the old file or the new one, never half of one. */
export function replaceFile(path: string, content: string, mode: number): void {
  const temporary = `${path}.new`
  // What a crash has left there keeps its own mode when it is opened again, and may be a link.
  rmSync(temporary, { force: true, recursive: true })
  const file = openSync(temporary, 'wx', mode)
  try {
    // Exactly this mode, whatever the umask.
    fchmodSync(file, mode)
    writeFileSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

/** The rename itself is durable once the folder is. Windows has no such call. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
