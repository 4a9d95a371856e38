import { APPROVAL_ROWS } from './approval-request-rows.ts'
import { KEY_ROWS } from './key-request-rows.ts'
import type { Row } from './request-row.ts'
import { TENANT_ROWS } from './tenant-request-rows.ts'
import { type FakeAnswer, KEY } from './test-environment.ts'

const object: FakeAnswer = [200, { object: { ...KEY, kind: 'opaque' }, entry: 1 }]
const principal: FakeAnswer = [
  200,
  { principal: { ...KEY, roles: [], certificates: [] }, entry: 1 },
]
const made = { version: 1, mechanism: 'aes-gcm', entry: 1 }
const seal = { initialized: true, sealed: false, generation: 1, rootGeneration: 1, rotating: false }
const K = '/v1/keys/payments'

export const ROWS: readonly Row[] = [
  ...TENANT_ROWS,
  ...KEY_ROWS,
  ...APPROVAL_ROWS,
  {
    line: 'encrypt payments --envelope --context a=b',
    asks: ['POST', `${K}/encrypt`, { plaintext: 'aGk=', context: { a: 'b' } }],
    answer: [200, { ciphertext: 'clv1:AA', ...made }],
    world: { stdin: 'hi' },
  },
  {
    line: 'sign payments --format p1363 --signature-context x',
    asks: ['POST', `${K}/sign`, { message: 'aGk=', format: 'p1363', signatureContext: 'eA==' }],
    answer: [200, { signature: 'AA==', ...made }],
    world: { stdin: 'hi' },
  },
  {
    line: 'verify payments --signature AAE= --version 2',
    asks: ['POST', `${K}/verify`, { message: 'aGk=', signature: 'AAE=', version: 2 }],
    answer: [200, { valid: true, version: 2, entry: 1 }],
    world: { stdin: 'hi' },
  },
  {
    line: 'mac payments --mechanism hmac-sha256',
    asks: ['POST', `${K}/mac`, { message: 'aGk=', mechanism: 'hmac-sha256' }],
    answer: [200, { mac: 'AA==', ...made }],
    world: { stdin: 'hi' },
  },
  {
    line: 'verify-mac payments --mac AAE=',
    asks: ['POST', `${K}/verify-mac`, { message: 'aGk=', mac: 'AAE=' }],
    answer: [200, { valid: true, version: 1, entry: 1 }],
    world: { stdin: 'hi' },
  },
  {
    line: 'wrap payments --target other --target-version 2',
    asks: ['POST', `${K}/wrap`, { target: 'other', targetVersion: 2 }],
    answer: [200, { wrapped: 'AA==', ...made }],
  },
  {
    line: 'unwrap payments',
    asks: ['POST', `${K}/unwrap`, { wrapped: 'aGk=' }],
    answer: [200, { material: 'AA==', ...made }],
    world: { stdin: 'hi' },
  },
  {
    line: 'data-key payments --bytes 16 --no-plaintext',
    asks: ['POST', `${K}/generate-data-key`, { lengthBytes: 16, withoutPlaintext: true }],
    answer: [200, { ciphertext: 'clv1:AA', ...made }],
  },
  {
    line: 'data-key-pair payments --spec ec-p256',
    asks: ['POST', `${K}/generate-data-key-pair`, { spec: 'ec-p256', withoutPlaintext: false }],
    answer: [200, { ciphertext: 'clv1:AA', publicKey: 'AA==', privateKey: 'AA==', ...made }],
  },
  {
    line: 'derive payments --bytes 8 --salt AAE= --derivation-label l --derivation-context c',
    asks: [
      'POST',
      `${K}/derive`,
      { lengthBytes: 8, salt: 'AAE=', label: 'bA==', derivationContext: 'Yw==' },
    ],
    answer: [200, { derived: 'AA==', ...made }],
  },
  {
    line: 'agree payments --peer -',
    asks: ['POST', `${K}/agree`, { peerPublicKey: 'aGk=' }],
    answer: [200, { sharedSecret: 'AA==', version: 1, entry: 1 }],
    world: { stdin: 'hi' },
  },
  {
    line: 'encapsulate payments',
    asks: ['POST', `${K}/encapsulate`, {}],
    answer: [200, { encapsulation: 'AA==', sharedSecret: 'AA==', version: 1, entry: 1 }],
  },
  {
    line: 'decapsulate payments',
    asks: ['POST', `${K}/decapsulate`, { encapsulation: 'aGk=' }],
    answer: [200, { sharedSecret: 'AA==', version: 1, entry: 1 }],
    world: { stdin: 'hi' },
  },
  {
    line: 'random 8',
    asks: ['POST', '/v1/random', { lengthBytes: 8 }],
    answer: [200, { random: 'AA==', entry: 1 }],
  },
  {
    line: 'object create o --kind opaque --file -',
    asks: ['POST', '/v1/objects', { name: 'o', kind: 'opaque', content: 'aGk=' }],
    answer: object,
    world: { stdin: 'hi' },
  },
  { line: 'object get o', asks: ['GET', '/v1/objects/o'], answer: object },
  {
    line: 'object list --kind certificate',
    asks: ['GET', '/v1/objects?kind=certificate&limit=100'],
    answer: [200, { objects: [], damaged: [], entry: 1 }],
  },
  {
    line: 'object read o --acknowledge-risk',
    asks: ['GET', '/v1/objects/o/content?acknowledgeRisk=true'],
    answer: [200, { kind: 'opaque', content: 'AA==', entry: 1 }],
  },
  {
    line: 'object update o --owner me',
    asks: ['PATCH', '/v1/objects/o', { owner: 'me' }],
    answer: object,
  },
  ...['activate', 'suspend', 'resume', 'deactivate'].map(
    (verb): Row => ({
      line: `object ${verb} o --reason why`,
      asks: ['POST', `/v1/objects/o/${verb}`, { reason: 'why' }],
      answer: object,
    }),
  ),
  { line: 'object revoke o', asks: ['POST', '/v1/objects/o/revoke', {}], answer: object },
  { line: 'object destroy o --yes', asks: ['POST', '/v1/objects/o/destroy', {}], answer: object },
  {
    line: 'principal create job --kind workload --role user --role officer',
    asks: ['POST', '/v1/principals', { name: 'job', kind: 'workload', roles: ['user', 'officer'] }],
    answer: principal,
  },
  {
    line: 'principal list',
    asks: ['GET', '/v1/principals'],
    answer: [200, { principals: [], damaged: [], entry: 1 }],
  },
  { line: 'principal show job', asks: ['GET', '/v1/principals/job'], answer: principal },
  {
    line: 'principal update job --disable --no-certificates',
    asks: ['PATCH', '/v1/principals/job', { disabled: true, certificates: [] }],
    answer: principal,
  },
  {
    line: 'token create job --lifetime 2h --action key.sign --on-key release/*',
    asks: [
      'POST',
      '/v1/principals/job/tokens',
      { lifetimeSeconds: 7200, scope: { actions: ['key.sign'], keys: ['release/*'] } },
    ],
    answer: [
      200,
      { secret: 's', token: { id: 't', principalName: 'job', scope: {}, expiresAt: '' }, entry: 1 },
    ],
  },
  {
    line: 'token list job',
    asks: ['GET', '/v1/principals/job/tokens'],
    answer: [200, { tokens: [], damaged: [], entry: 1 }],
  },
  {
    line: 'token revoke t',
    asks: ['DELETE', '/v1/tokens/t'],
    answer: [200, { token: { id: 't' }, entry: 1 }],
  },
  {
    line: 'aws credentials create job --ttl 1h --on-key release/* --format env',
    asks: [
      'POST',
      '/v1/principals/job/tokens',
      { lifetimeSeconds: 3600, scope: { keys: ['release/*'] }, sharedSecret: 'temporary' },
    ],
    answer: [
      200,
      {
        secret: 's',
        ticket: 't',
        token: { id: 't', identifier: 'ASIA', principalName: 'job', scope: {}, expiresAt: '' },
        entry: 1,
      },
    ],
  },
  {
    line: 'aws credentials list job',
    asks: ['GET', '/v1/principals/job/tokens'],
    answer: [200, { tokens: [], damaged: [], entry: 1 }],
  },
  {
    line: 'aws credentials revoke AKIAIOSFODNN7EXAMPLE',
    asks: ['DELETE', '/v1/tokens/AKIAIOSFODNN7EXAMPLE'],
    answer: [200, { token: { id: 't' }, entry: 1 }],
  },
  {
    line: 'aws policies put job',
    asks: ['PUT', '/v1/principals/job/policies/aws-kms', { document: '{}' }],
    answer: [200, { principal: 'p', protocol: 'aws-kms', document: '{}', entry: 1 }],
    world: { stdin: '{}' },
  },
  {
    line: 'aws policies get job',
    asks: ['GET', '/v1/principals/job/policies/aws-kms'],
    answer: [200, { principal: 'p', protocol: 'aws-kms', document: '{}', entry: 1 }],
  },
  {
    line: 'aws policies delete job',
    asks: ['DELETE', '/v1/principals/job/policies/aws-kms'],
    answer: [200, { principal: 'p', protocol: 'aws-kms', entry: 1 }],
  },
  {
    line: 'policy put p',
    asks: ['PUT', '/v1/policies/p', { text: 'permit' }],
    answer: [200, { policy: { revision: 1 }, entry: 1 }],
    world: { stdin: 'permit' },
  },
  {
    line: 'policy get p',
    asks: ['GET', '/v1/policies/p'],
    answer: [200, { policy: { text: 'x' }, entry: 1 }],
  },
  {
    line: 'policy list',
    asks: ['GET', '/v1/policies'],
    answer: [200, { policies: [], damaged: [], entry: 1 }],
  },
  {
    line: 'policy history p',
    asks: ['GET', '/v1/policies/p/history'],
    answer: [200, { name: 'p', versions: [], entry: 1 }],
  },
  {
    line: 'policy check',
    asks: ['POST', '/v1/policies/check', { text: 'permit' }],
    answer: [200, { accepted: true, faults: [], entry: 1 }],
    world: { stdin: 'permit' },
  },
  {
    line: 'policy explain --action key.destroy --on payments --peer 10.0.0.1',
    asks: [
      'POST',
      '/v1/policies/explain',
      { action: 'key.destroy', target: 'payments', peer: '10.0.0.1', limit: 1_000 },
    ],
    answer: [200, { explanations: [], examined: 2, damaged: [], entry: 1 }],
  },
  {
    line: 'policy diff p',
    asks: ['POST', '/v1/policies/diff', { name: 'p', text: 'permit' }],
    answer: [200, { changes: [], changed: 0, examined: 9, truncated: false, entry: 1 }],
    world: { stdin: 'permit' },
  },
  {
    line: 'policy diff p --delete',
    asks: ['POST', '/v1/policies/diff', { name: 'p' }],
    answer: [200, { changes: [], changed: 0, examined: 9, truncated: true, entry: 1 }],
  },
  {
    line: 'policy test - --without p',
    asks: [
      'POST',
      '/v1/policies/test',
      {
        expectations: [{ principal: 'a', action: 'random', expect: 'denied' }],
        proposal: { name: 'p' },
      },
    ],
    answer: [
      200,
      { results: [{ met: true, decision: 'denied', policies: [] }], failed: 0, entry: 1 },
    ],
    world: { stdin: '[{"principal":"a","action":"random","expect":"denied"}]' },
  },
  {
    line: 'policy delete p',
    asks: ['DELETE', '/v1/policies/p'],
    answer: [200, { name: 'p', entry: 1 }],
  },
  {
    line: 'audit list --target payments --outcome denied --since 2029-01-01',
    asks: [
      'GET',
      '/v1/audit/entries?target=payments&outcome=denied&since=2029-01-01T00%3A00%3A00.000Z&limit=50',
    ],
    answer: [200, { entries: [], entry: 1 }],
  },
  {
    line: 'audit receipt 4',
    asks: ['GET', '/v1/audit/entries/4/receipt'],
    answer: [200, 'receipt'],
  },
  {
    line: 'audit export --format jsonl',
    asks: ['GET', '/v1/audit/entries?limit=1'],
    answer: [200, { entries: [{ index: 0, event: { id: 'e', action: 'random' } }], entry: 1 }],
  },
  { line: 'audit checkpoint', asks: ['GET', '/v1/audit/checkpoint'], answer: [200, 'checkpoint'] },
  {
    line: 'backup create --recipient age1a --recipient age1b -o /dev/null',
    asks: ['POST', '/v1/backups', { recipients: ['age1a', 'age1b'] }],
    answer: [200, 'age-encryption.org/v1'],
  },
  {
    line: 'backup create --passphrase-file - -o /dev/null',
    asks: ['POST', '/v1/backups', { passphrase: 'ten thousand doors' }],
    answer: [200, 'age-encryption.org/v1'],
    world: { stdin: 'ten thousand doors' },
  },
  {
    line: 'backup tombstones -o /dev/null',
    asks: ['GET', '/v1/backups/tombstones'],
    answer: [200, 'claviger-tombstones/1'],
  },
  {
    line: 'operator init --shares 3 --threshold 2 --principal root=administrator,operator',
    asks: [
      'POST',
      '/v1/seal/initialize',
      {
        method: { kind: 'shamir', shares: 3, threshold: 2 },
        principals: [{ name: 'root', roles: ['administrator', 'operator'], tokenDays: 30 }],
      },
    ],
    answer: [201, { status: seal, shares: ['a', 'b', 'c'], tokens: {}, entry: 0 }],
  },
  { line: 'operator status', asks: ['GET', '/v1/seal'], answer: [200, seal] },
  {
    line: 'operator seal',
    asks: ['POST', '/v1/seal/seal', {}],
    answer: [200, { ...seal, entry: 1 }],
  },
  {
    line: 'operator check-share',
    asks: ['POST', '/v1/seal/check-share', { share: 'clv-share-x' }],
    answer: [200, { valid: true, entry: 1 }],
    world: { stdin: 'clv-share-x\n' },
  },
  {
    line: 'operator rekey --cancel',
    asks: ['POST', '/v1/seal/rekey/cancel', {}],
    answer: [200, { ...seal, entry: 1 }],
  },
  {
    line: 'whoami',
    asks: ['GET', '/v1/whoami'],
    answer: [
      200,
      {
        name: 'me',
        principal: 'p',
        tenant: 'default',
        roles: [],
        authentication: 'token',
        scope: {},
      },
    ],
  },
]
