import type { Row } from './request-row.ts'
import { type FakeAnswer, KEY } from './test-environment.ts'

const key: FakeAnswer = [200, { key: KEY, entry: 1 }]
const K = '/v1/keys/payments'

export const KEY_ROWS: readonly Row[] = [
  {
    line: 'key create payments --spec aes-256 --label env=prod --label tier=1 --limit bytes=9 --exportable',
    asks: [
      'POST',
      '/v1/keys',
      {
        name: 'payments',
        spec: 'aes-256',
        labels: { env: 'prod', tier: '1' },
        limits: { bytesMax: 9 },
        exportable: true,
      },
    ],
    answer: key,
  },
  {
    line: 'key create payments --spec aes-256 --no-activate --protect-days 10',
    asks: [
      'POST',
      '/v1/keys',
      { name: 'payments', spec: 'aes-256', activate: false, cryptoperiod: { protectDays: 10 } },
    ],
    answer: key,
  },
  {
    line: 'key create payments --spec aes-256 --activate-at 2030-01-31 --mechanism aes-gcm --mechanism aes-kw',
    asks: [
      'POST',
      '/v1/keys',
      {
        name: 'payments',
        spec: 'aes-256',
        activate: '2030-01-31T00:00:00.000Z',
        mechanisms: ['aes-gcm', 'aes-kw'],
      },
    ],
    answer: key,
  },
  {
    line: 'key import payments --spec aes-128 --format raw --material-file -',
    asks: [
      'POST',
      '/v1/keys/import',
      { name: 'payments', spec: 'aes-128', material: { format: 'raw', data: 'a2V5' } },
    ],
    answer: key,
    world: { stdin: 'key' },
  },
  { line: 'key get payments', asks: ['GET', K], answer: key },
  {
    line: 'key list --state active --label a=b --limit 5 --newest',
    asks: ['GET', '/v1/keys?state=active&descending=true&limit=5&label=a%3Db'],
    answer: [200, { keys: [KEY], damaged: [], entry: 1 }],
  },
  {
    line: 'key update payments --owner me --no-labels --unexportable',
    asks: ['PATCH', K, { owner: 'me', labels: {}, exportable: false }],
    answer: key,
  },
  {
    line: 'key activate payments --version 2',
    asks: ['POST', `${K}/activate`, { version: 2 }],
    answer: key,
  },
  {
    line: 'key rotate payments --reason yearly',
    asks: ['POST', `${K}/rotate`, { reason: 'yearly' }],
    answer: key,
  },
  {
    line: 'key suspend payments --reason why',
    asks: ['POST', `${K}/suspend`, { reason: 'why' }],
    answer: key,
  },
  { line: 'key resume payments', asks: ['POST', `${K}/resume`, {}], answer: key },
  { line: 'key deactivate payments', asks: ['POST', `${K}/deactivate`, {}], answer: key },
  {
    line: 'key revoke payments --reason key-compromise --occurred-at 2029-12-01T10:00:00Z',
    asks: [
      'POST',
      `${K}/revoke`,
      { reason: 'key-compromise', occurredAt: '2029-12-01T10:00:00.000Z' },
    ],
    answer: key,
  },
  { line: 'key destroy payments', asks: ['POST', `${K}/destroy`, {}], answer: key },
  {
    line: 'key destroy payments --window 7',
    asks: ['POST', `${K}/destroy`, { windowDays: 7 }],
    answer: key,
  },
  {
    line: 'key destroy payments --now --yes',
    asks: ['POST', `${K}/destroy`, { windowDays: 0 }],
    answer: key,
  },
  { line: 'key cancel-destroy payments', asks: ['POST', `${K}/cancel-destroy`, {}], answer: key },
  {
    line: 'key create payments --spec aes-256 --await-material --protect-days unlimited',
    asks: [
      'POST',
      '/v1/keys',
      {
        name: 'payments',
        spec: 'aes-256',
        material: 'awaited',
        cryptoperiod: { protectDays: 'unlimited' },
      },
    ],
    answer: key,
  },
  {
    line: 'key rotate payments --pending',
    asks: ['POST', `${K}/rotate`, { pending: true }],
    answer: key,
  },
  {
    line: 'key set-rotation payments --every 90',
    asks: ['POST', `${K}/set-rotation`, { periodDays: 90 }],
    answer: key,
  },
  {
    line: 'key set-rotation payments --never',
    asks: ['POST', `${K}/set-rotation`, { periodDays: null }],
    answer: key,
  },
  {
    line: 'key delete-material payments --version 2',
    asks: ['POST', `${K}/delete-material`, { version: 2 }],
    answer: key,
  },
  {
    line: 'key usage payments',
    asks: ['GET', `${K}/usage`],
    answer: [200, { key: KEY.id, entry: 1 }],
  },
  {
    line: 'key history payments',
    asks: ['GET', `${K}/history`],
    answer: [200, { key: KEY, versions: [], entry: 1 }],
  },
  {
    line: 'key public-key payments --version 3',
    asks: ['GET', `${K}/public-key?version=3`],
    answer: [200, 'PEM'],
  },
]
