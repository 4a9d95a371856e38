import { Histogram } from './histogram.ts'

/** What is read from the parts of the keeper when somebody asks, by name in snake case. */
export type Gauges = Readonly<Record<string, number>>

/** What the gauges of the composition mean; a name without an entry is shown with itself as help. */
const HELP: Readonly<Record<string, string>> = {
  sealed: 'Whether the keeper is sealed.',
  log_entries: 'Entries in the audit log.',
  log_commits: 'Group commits of the audit log by this process; each made many entries durable.',
  log_appended: 'Entries appended by this process.',
  backup_failed: 'Whether the last scheduled backup failed.',
  backup_newest_seconds: 'When the newest scheduled backup was begun, in seconds since 1970.',
  log_failed: 'Whether the audit log refuses.',
  store_failed: 'Whether the store refuses.',
  open_materials: 'Key versions opened in memory.',
  cached_keys: 'Keys held in memory.',
  cached_sessions: 'Sessions held in memory.',
  failed_logins: 'Refused attempts to come in, since the start of this process.',
  locked_memory_bytes: 'Locked memory that holds secrets.',
}

/** One operation of one protocol, as its requests are counted. */
interface OperationSeries {
  readonly codes: Map<string, number>
  readonly durations: Histogram
}

export interface Metrics {
  /** @param code `ok` or the code of the problem; both labels come from closed sets */
  observe(operation: string, code: string, durationMs: number): void
  /** OpenMetrics 1.0 text. */
  exposition(): string
}

/** A label that is not one of few would grow the memory of whoever scrapes; more series are not made. */
const SERIES_MAX = 500

/** Counts requests in memory: no dependency, no timer, two map look-ups a request. */
export function createMetrics(gauges: () => Gauges): Metrics {
  const operations = new Map<string, OperationSeries>()
  let dropped = 0
  return {
    observe(operation, code, durationMs) {
      let series = operations.get(operation)
      if (series === undefined) {
        if (operations.size >= SERIES_MAX) {
          dropped++
          return
        }
        series = { codes: new Map(), durations: new Histogram() }
        operations.set(operation, series)
      }
      series.codes.set(code, (series.codes.get(code) ?? 0) + 1)
      series.durations.observe(durationMs / 1_000)
    },
    exposition: () => writeRequests(operations, dropped) + writeGauges(gauges()) + '# EOF\n',
  }
}

/** What became of a request, apart from why. */
function outcomeOf(code: string): string {
  if (code === 'ok') return 'allowed'
  return code === 'denied' || code === 'unauthenticated' ? 'denied' : 'failed'
}

function writeRequests(operations: ReadonlyMap<string, OperationSeries>, dropped: number): string {
  let counters = header('claviger_requests', 'counter', 'Requests answered.')
  let durations = header(
    'claviger_request_duration_seconds',
    'histogram',
    'From the head of a request to its answer.',
    'seconds',
  )
  for (const [operation, { codes, durations: histogram }] of operations) {
    const label = `operation="${escape(operation)}",`
    for (const [code, count] of codes) {
      counters += `claviger_requests_total{${label}outcome="${outcomeOf(code)}",code="${escape(code)}"} ${count}\n`
    }
    durations += histogram.write('claviger_request_duration_seconds', label)
  }
  const lost = header('claviger_metrics_dropped', 'counter', 'Observations without a series.')
  return `${counters}${durations}${lost}claviger_metrics_dropped_total ${dropped}\n`
}

function writeGauges(gauges: Gauges): string {
  let text = ''
  for (const [suffix, value] of Object.entries(gauges)) {
    const name = `claviger_${suffix}`
    const unit = suffix.endsWith('_bytes') ? 'bytes' : undefined
    text += `${header(name, 'gauge', HELP[suffix] ?? suffix, unit)}${name} ${value}\n`
  }
  const { log_appended: appended, log_commits: commits } = gauges
  if (appended === undefined || commits === undefined) return text
  const name = 'claviger_log_entries_per_commit'
  const average = commits === 0 ? 0 : appended / commits
  return `${text}${header(name, 'gauge', 'Entries a group commit makes durable, on average.')}${name} ${average}\n`
}

function header(name: string, type: string, help: string, unit?: string): string {
  const units = unit === undefined ? '' : `# UNIT ${name} ${unit}\n`
  return `# TYPE ${name} ${type}\n${units}# HELP ${name} ${help}\n`
}

/** OpenMetrics 1.0 §4.4: backslash, quote and line feed. */
function escape(value: string): string {
  return value.replace(/["\\\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))
}
