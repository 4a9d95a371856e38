import { LogFileError, type LogFile, type LogFiles, nodeLogFiles } from '../../src/audit/index.ts'

type Operation = 'open' | 'write' | 'fdatasync' | 'truncate' | 'rename'

interface Fault {
  readonly operation: Operation
  readonly path: RegExp
  /** Calls left alone before the first fault. */
  after: number
  /** Faults to inject. */
  times: number
  readonly code?: string
  /** Bytes that a faulty write takes before it fails, or all it takes when there is no code. */
  readonly shortBytes?: number
}

/** The real file system, with faults on demand. */
export class FaultFiles implements LogFiles {
  faults: Fault[] = []
  /** Every operation with its path, for tests of what was called. */
  readonly calls: string[] = []

  inject(fault: Partial<Fault> & Pick<Fault, 'operation'>): void {
    this.faults.push({ path: /journal/, after: 0, times: 1, ...fault })
  }

  clear(): void {
    this.faults = []
  }

  async open(path: string, mode: 'create' | 'update' | 'read'): Promise<LogFile> {
    this.#maybeFail('open', path)
    const file = await nodeLogFiles.open(path, mode)
    return {
      write: async (bytes, offset, length, position) => {
        const fault = this.#take('write', path)
        if (fault === undefined) return file.write(bytes, offset, length, position)
        const short = Math.min(length, fault.shortBytes ?? 0)
        const taken = short === 0 ? 0 : await file.write(bytes, offset, short, position)
        if (fault.code !== undefined) throw new LogFileError('write', path, fault.code)
        return taken
      },
      fdatasync: async () => {
        this.#maybeFail('fdatasync', path)
        return file.fdatasync()
      },
      truncate: async (length) => {
        this.#maybeFail('truncate', path)
        return file.truncate(length)
      },
      close: () => file.close(),
    }
  }

  async rename(from: string, to: string): Promise<void> {
    this.#maybeFail('rename', to)
    return nodeLogFiles.rename(from, to)
  }

  read(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
    return nodeLogFiles.read(path, bytesMax)
  }

  list(path: string): Promise<string[]> {
    return nodeLogFiles.list(path)
  }

  makeFolder(path: string): Promise<void> {
    return nodeLogFiles.makeFolder(path)
  }

  remove(path: string): Promise<void> {
    return nodeLogFiles.remove(path)
  }

  syncFolder(path: string): Promise<void> {
    return nodeLogFiles.syncFolder(path)
  }

  #maybeFail(operation: Operation, path: string): void {
    const fault = this.#take(operation, path)
    if (fault !== undefined) throw new LogFileError(operation, path, fault.code ?? 'EIO')
  }

  #take(operation: Operation, path: string): Fault | undefined {
    this.calls.push(`${operation} ${path}`)
    for (const fault of this.faults) {
      if (fault.operation !== operation || !fault.path.test(path)) continue
      if (fault.after > 0) fault.after--
      else if (fault.times > 0) {
        fault.times--
        return fault
      }
    }
    return undefined
  }
}
