import { Histogram } from './histogram.ts'

/** What is read from the parts of the keeper when somebody asks, rather than counted all along. */
export interface Gauges {
  readonly sealed: boolean
  readonly logFailing: boolean
  /** Entries in the log. */
  readonly logEntries: number
  /** Entries this process has appended, and the `fdatasync` calls that made them durable. */
  readonly logAppended: number
  readonly logSyncs: number
  /** Entries of each cache, by the cache's name: `keys`, `materials`, `sessions`. */
  readonly caches: Readonly<Record<string, number>>
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

function writeGauges(now: Gauges): string {
  const { sealed, logFailing, logEntries, logAppended, logSyncs } = now
  let text =
    gauge('claviger_sealed', 'Whether the keeper is sealed.', Number(sealed)) +
    gauge('claviger_log_failing', 'Whether the audit log refuses.', Number(logFailing)) +
    gauge('claviger_log_entries', 'Entries in the audit log.', logEntries) +
    counter('claviger_log_appended', 'Entries appended by this process.', logAppended) +
    counter('claviger_log_syncs', 'Group commits of the audit log.', logSyncs) +
    gauge(
      'claviger_log_entries_per_sync',
      'Entries made durable by one group commit, on average.',
      logSyncs === 0 ? 0 : logAppended / logSyncs,
    ) +
    header('claviger_cache_entries', 'gauge', 'Entries of a cache.')
  for (const [cache, entries] of Object.entries(now.caches)) {
    text += `claviger_cache_entries{cache="${escape(cache)}"} ${entries}\n`
  }
  return text
}

function gauge(name: string, help: string, value: number): string {
  return `${header(name, 'gauge', help)}${name} ${value}\n`
}

function counter(name: string, help: string, value: number): string {
  return `${header(name, 'counter', help)}${name}_total ${value}\n`
}

function header(name: string, type: string, help: string, unit?: string): string {
  const units = unit === undefined ? '' : `# UNIT ${name} ${unit}\n`
  return `# TYPE ${name} ${type}\n${units}# HELP ${name} ${help}\n`
}

/** OpenMetrics 1.0 §4.4: backslash, quote and line feed. */
function escape(value: string): string {
  return value.replace(/["\\\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))
}
