import type { Row } from './request-row.ts'
import { type FakeAnswer, KEY } from './test-environment.ts'

const TENANT = { ...KEY, name: 'acme' }
const tenant: FakeAnswer = [200, { tenant: TENANT, entry: 1 }]
const figures = { keys: 2, versions: 3, approvals: 0, requests: 9, refused: 0 }
const usage: FakeAnswer = [
  200,
  { tenant: 't', name: 'acme', usage: figures, quota: { keys: 3 }, entry: 1 },
]
const ownSeal: FakeAnswer = [200, { sealed: false, generation: 1, entry: 1 }]

export const TENANT_ROWS: readonly Row[] = [
  {
    line: 'tenant create acme --token-days 7',
    asks: ['POST', '/v1/tenants', { name: 'acme', tokenDays: 7 }],
    answer: [201, { tenant: TENANT, principal: 'p', secret: 'clv_x', entry: 1 }],
  },
  {
    line: 'tenant list',
    asks: ['GET', '/v1/tenants'],
    answer: [200, { tenants: [TENANT], damaged: [], entry: 1 }],
  },
  { line: 'tenant show acme', asks: ['GET', '/v1/tenants/acme'], answer: tenant },
  {
    line: 'tenant suspend acme',
    asks: ['POST', '/v1/tenants/acme/suspend', {}],
    answer: tenant,
  },
  {
    line: 'tenant resume acme',
    asks: ['POST', '/v1/tenants/acme/resume', {}],
    answer: tenant,
  },
  {
    line: 'tenant shred acme --confirm acme',
    asks: ['POST', '/v1/tenants/acme/shred', { confirm: 'acme' }],
    answer: tenant,
  },
  {
    line: 'tenant quota acme --keys 3 --requests 50',
    asks: ['PUT', '/v1/tenants/acme/quota', { keys: 3, requestsPerSecond: 50 }],
    answer: tenant,
  },
  { line: 'tenant usage', asks: ['GET', '/v1/tenant/usage'], answer: usage },
  { line: 'tenant usage acme', asks: ['GET', '/v1/tenants/acme/usage'], answer: usage },
  {
    line: 'tenant protect --new-passphrase-file -',
    asks: ['POST', '/v1/tenant/protect', { passphrase: 'hi' }],
    answer: ownSeal,
    world: { stdin: 'hi' },
  },
  { line: 'tenant seal', asks: ['POST', '/v1/tenant/seal', {}], answer: ownSeal },
  {
    line: 'tenant unseal --passphrase-file -',
    asks: ['POST', '/v1/tenant/unseal', { passphrase: 'hi' }],
    answer: ownSeal,
    world: { stdin: 'hi' },
  },
]
