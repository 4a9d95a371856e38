import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Review } from '../src/command/review/review-file.ts'
import { reviewPage } from '../src/command/review/review-page.ts'

const review: Review = {
  tenant: 'default',
  at: '2029-01-01T00:00:00.000Z',
  by: { name: 'auditor' },
  staleDays: 90,
  log: { entries: 3 },
  principals: [
    {
      id: 'p1',
      name: 'ann',
      kind: 'person',
      roles: ['user'],
      disabled: false,
      stale: true,
      may: ['key.encrypt'],
      certificates: 0,
      approverKeys: [],
      tokens: [
        {
          id: 't1',
          description: 'x | y\n## Approved <b>by all</b> [here](https://evil.example)',
          state: 'live',
          expiresAt: '2030-01-01T00:00:00.000Z',
          unused: true,
          stale: false,
        },
      ],
    },
  ],
  groups: [{ id: 'g1', name: 'board', members: [{ principal: 'p1', team: '' }] }],
  quorums: [{ name: 'two', actions: ['key.destroy'], approvals: 2, group: 'g1' }],
  policies: [],
  kept: { 'aws-kms/grant': 2 },
  findings: [],
  damaged: [],
}

test('a page says names, and what people wrote makes no markup of its own', () => {
  const page = reviewPage(review, 'ab', 7)
  assert.match(page, /^# Access review of default, 2029-01-01$/m)
  assert.match(page, /^\| ann \| person \| user \| 1 tokens, .* \| never \| stale \|$/m)
  assert.match(page, /^\| two \| 2 \| board \| key\.destroy \|$/m)
  assert.match(page, /^\| board \| ann \|$/m)
  assert.match(page, /^\| aws-kms\/grant \| 2 \|$/m)
  assert.doesNotMatch(page, /^## Approved/m)
  assert.doesNotMatch(page, /(?<!\\)<b>|(?<!\\)\[here/)
  assert.match(page, /\| ann \| x \\\| y /)
})
