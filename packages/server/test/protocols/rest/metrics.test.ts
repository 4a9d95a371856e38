import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from '../../../src/metrics/metrics.ts'

test('requests are counted by operation, outcome and code, with their durations', () => {
  const metrics = createMetrics(() => ({ sealed: 0, log_appended: 10, log_commits: 4 }))
  metrics.observe('encrypt', 'ok', 0.4)
  metrics.observe('encrypt', 'ok', 7)
  metrics.observe('encrypt', 'denied', 100_000)
  const lines = metrics.exposition().split('\n')
  for (const line of [
    'claviger_requests_total{operation="encrypt",outcome="allowed",code="ok"} 2',
    'claviger_requests_total{operation="encrypt",outcome="denied",code="denied"} 1',
    'claviger_request_duration_seconds_bucket{operation="encrypt",le="0.0005"} 1',
    'claviger_request_duration_seconds_bucket{operation="encrypt",le="0.01"} 2',
    'claviger_request_duration_seconds_bucket{operation="encrypt",le="10"} 2',
    'claviger_request_duration_seconds_bucket{operation="encrypt",le="+Inf"} 3',
    'claviger_request_duration_seconds_count{operation="encrypt"} 3',
    'claviger_sealed 0',
    'claviger_log_entries_per_commit 2.5',
  ]) {
    assert.ok(lines.includes(line), line)
  }
  assert.deepEqual(lines.slice(-2), ['# EOF', ''])
})

test('each family is declared once, before its samples (OpenMetrics 1.0 §4)', () => {
  const metrics = createMetrics(() => ({ locked_memory_bytes: 4_096, unknown_thing: 1 }))
  metrics.observe('a"\\\nb', 'ok', 1)
  const text = metrics.exposition()
  const declared = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name as string)
  assert.equal(new Set(declared).size, declared.length)
  let family = ''
  for (const line of text.trimEnd().split('\n')) {
    const type = /^# TYPE (\S+)/.exec(line)?.[1]
    if (type !== undefined) family = type
    else if (!line.startsWith('#')) assert.ok(line.startsWith(family), line)
  }
  assert.match(text, /operation="a\\"\\\\\\nb"/)
  assert.match(text, /# UNIT claviger_locked_memory_bytes bytes/)
})

test('series are bounded, and what is left out is counted', () => {
  const metrics = createMetrics(() => ({}))
  for (let index = 0; index < 600; index++) metrics.observe(`operation-${index}`, 'ok', 1)
  assert.match(metrics.exposition(), /claviger_metrics_dropped_total 100\n/)
})
