import type { Kind, Ruled } from './matrix-rules.ts'

/** What the key that is asked for has protected, for those that read it. */
export interface Probe {
  readonly key: string
  readonly kind: Kind
  readonly ciphertext: string
  readonly blob: string
}

export interface RestCall extends Ruled {
  readonly body?: (probe: Probe) => object
}

const MESSAGE = Buffer.from('attack at dawn').toString('base64')
/** The key of RFC 7748's example pair, whose private half is nobody's. */
const PEER =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q=='
export const IMPORTED = Buffer.alloc(32, 7).toString('base64')
const material = { format: 'raw', data: IMPORTED }

const see = { duty: 'see keys', action: 'key.get' } as const
const manage = (verb: string, rest: Partial<RestCall> = {}): RestCall => ({
  duty: 'manage keys',
  action: `key.${verb}`,
  body: () => ({}),
  ...rest,
})
const use = (verb: string, kinds: readonly Kind[], rest: Partial<RestCall> = {}): RestCall => ({
  duty: 'use keys',
  action: `key.${verb}`,
  kinds,
  moment: 'to protect',
  ...rest,
})
const ENCRYPTS: readonly Kind[] = ['encrypt', 'imported']
const WRAPS: readonly Kind[] = ['encrypt', 'imported', 'wrap']
const PAIRS: readonly Kind[] = ['sign', 'agree', 'encapsulate']
const processing = { moment: 'to process' } as const

/** Every route to one key, by its id. */
export const REST_KEY_CALLS: Readonly<Record<string, RestCall>> = {
  getKey: see,
  keyUsage: see,
  keyHistory: { duty: 'see the past of keys', action: 'key.history' },
  publicKey: { duty: 'see public halves', action: 'key.public-key', kinds: PAIRS },
  updateKey: manage('update', { body: () => ({ description: 'changed' }) }),
  setRotation: manage('update', {
    moment: 'to bring material',
    body: () => ({ periodDays: null }),
  }),
  activateKey: manage('activate', { moment: 'to activate' }),
  rotateKey: manage('rotate', {
    moment: 'to rotate',
    body: ({ kind }) =>
      kind === 'imported'
        ? { material: { format: 'raw', data: Buffer.alloc(32, 8).toString('base64') } }
        : {},
  }),
  importVersion: manage('import', {
    moment: 'to bring material',
    kinds: ['imported'],
    body: () => ({ material }),
  }),
  deleteMaterial: manage('delete-material', { kinds: ['imported'] }),
  suspendKey: manage('suspend', { moment: 'to suspend', body: () => ({ reason: 'a doubt' }) }),
  resumeKey: manage('resume', { moment: 'to resume' }),
  deactivateKey: manage('deactivate', { moment: 'to deactivate' }),
  revokeKey: manage('revoke', {
    moment: 'to compromise',
    body: () => ({ reason: 'key-compromise' }),
  }),
  destroyKey: manage('destroy', { moment: 'to destroy', body: () => ({ windowDays: 0 }) }),
  cancelDestroyKey: manage('cancel-destroy', { moment: 'to cancel' }),
  encrypt: use('encrypt', ENCRYPTS, { body: () => ({ plaintext: MESSAGE }) }),
  decrypt: use('decrypt', ENCRYPTS, { ...processing, body: ({ ciphertext }) => ({ ciphertext }) }),
  reEncrypt: use('re-encrypt-from', ENCRYPTS, {
    ...processing,
    body: ({ ciphertext }) => ({ ciphertext, destinationKey: 'encrypt/active' }),
  }),
  sign: use('sign', ['sign'], { body: () => ({ message: MESSAGE }) }),
  verify: use('verify', ['sign'], {
    ...processing,
    body: () => ({ message: MESSAGE, signature: MESSAGE, version: 1 }),
  }),
  mac: use('mac', ['mac'], { body: () => ({ message: MESSAGE }) }),
  verifyMac: use('verify-mac', ['mac'], {
    ...processing,
    body: () => ({ message: MESSAGE, mac: IMPORTED, version: 1 }),
  }),
  wrap: use('wrap', WRAPS, { body: () => ({ material: IMPORTED, mechanism: 'aes-kwp' }) }),
  unwrap: use('unwrap', WRAPS, {
    ...processing,
    body: () => ({
      wrapped: Buffer.alloc(40, 1).toString('base64'),
      mechanism: 'aes-kwp',
      version: 1,
    }),
  }),
  generateDataKey: use('generate-data-key', ENCRYPTS, { body: () => ({ lengthBytes: 32 }) }),
  generateDataKeyPair: use('generate-data-key-pair', ENCRYPTS, {
    body: () => ({ spec: 'ec-p256' }),
  }),
  derive: use('derive', ['derive'], {
    body: () => ({ lengthBytes: 32, derivationContext: MESSAGE }),
  }),
  agree: use('agree', ['agree'], { body: () => ({ peerPublicKey: PEER }) }),
  encapsulate: use('encapsulate', ['encapsulate'], { body: () => ({}) }),
  decapsulate: use('decapsulate', ['encapsulate'], {
    ...processing,
    body: () => ({ encapsulation: Buffer.alloc(1_088, 1).toString('base64') }),
  }),
}

const on = (duty: Ruled['duty'], action: string, body?: object): RestCall => ({
  duty,
  action,
  ...(body !== undefined && { body: () => body }),
})
const content = MESSAGE
const rule = { actions: ['key.destroy'], approvals: 1, group: 'nobody-yet' }

/** Every route to something else. Where it is about one thing, that is not there: whoever may hears so. */
export const REST_OTHER_CALLS: Readonly<Record<string, RestCall>> = {
  createKey: on('manage keys', 'key.create', { name: 'fresh', spec: 'aes-256' }),
  importKey: on('manage keys', 'key.import', { name: 'fresh', spec: 'aes-256', material }),
  listKeys: on('see keys', 'key.list'),
  random: on('use keys', 'random', { lengthBytes: 16 }),
  createObject: on('manage keys', 'object.create', { name: 'fresh', kind: 'opaque', content }),
  listObjects: on('see keys', 'object.list'),
  getObject: on('see keys', 'object.get'),
  updateObject: on('manage keys', 'object.update', {}),
  readObject: on('use keys', 'object.read'),
  activateObject: on('manage keys', 'object.activate', {}),
  suspendObject: on('manage keys', 'object.suspend', { reason: 'a doubt' }),
  resumeObject: on('manage keys', 'object.resume', {}),
  deactivateObject: on('manage keys', 'object.deactivate', {}),
  revokeObject: on('manage keys', 'object.revoke', {}),
  destroyObject: on('manage keys', 'object.destroy', {}),
  createPrincipal: on('govern', 'principal.create', { name: 'fresh', kind: 'workload', roles: [] }),
  listPrincipals: on('see what governs', 'principal.list'),
  getPrincipal: on('see what governs', 'principal.get'),
  updatePrincipal: on('govern', 'principal.update', {}),
  putPrincipalPolicy: on('govern', 'principal.attach', {
    document: '{"Version":"2012-10-17","Statement":[]}',
  }),
  getPrincipalPolicy: on('see what governs', 'principal.get'),
  deletePrincipalPolicy: on('govern', 'principal.attach'),
  createToken: on('govern', 'token.create', { lifetimeSeconds: 60 }),
  listTokens: on('see what governs', 'token.list'),
  revokeToken: on('govern', 'token.revoke'),
  listPolicies: on('see what governs', 'policy.list'),
  getPolicy: on('see what governs', 'policy.get'),
  policyHistory: on('see what governs', 'policy.get'),
  putPolicy: on('govern', 'policy.put', { text: 'forbid (principal, action, resource);' }),
  deletePolicy: on('govern', 'policy.delete'),
  checkPolicy: on('ask why', 'policy.check', { text: 'forbid (principal, action, resource);' }),
  explainPolicy: on('see what governs', 'policy.explain', { action: 'key.destroy' }),
  diffPolicy: on('see what governs', 'policy.explain', { name: 'fresh' }),
  tryPolicies: on('see what governs', 'policy.explain', { expectations: [] }),
  enrollPrincipal: on('govern', 'principal.enroll', { keys: [] }),
  createGroup: on('govern', 'group.create', { name: 'fresh', members: [] }),
  listGroups: on('see what governs', 'group.list'),
  getGroup: on('see what governs', 'group.get'),
  updateGroup: on('govern', 'group.update', { members: [] }),
  deleteGroup: on('govern', 'group.delete'),
  createQuorum: on('govern', 'quorum.create', { name: 'fresh', ...rule }),
  listQuorums: on('see what governs', 'quorum.list'),
  getQuorum: on('see what governs', 'quorum.get'),
  updateQuorum: on('govern', 'quorum.update', rule),
  deleteQuorum: on('govern', 'quorum.delete'),
  installGuards: on('govern', 'quorum.create', { group: 'nobody-yet', approvals: 1 }),
  reviewAccess: on('watch', 'duties.review', {}),
  createEmergency: on('govern', 'break-glass.create', {
    name: 'fresh',
    shares: 3,
    threshold: 2,
    roles: ['officer'],
  }),
  listEmergencies: on('see emergencies', 'break-glass.list'),
  closeEmergency: on('end emergencies', 'break-glass.close', {}),
  createTenant: on('hold the seal', 'tenant.create', { name: 'fresh' }),
  listTenants: on('hold the seal', 'tenant.list'),
  getTenant: on('hold the seal', 'tenant.get'),
  suspendTenant: on('hold the seal', 'tenant.suspend', {}),
  resumeTenant: on('hold the seal', 'tenant.resume', {}),
  shredTenant: on('hold the seal', 'tenant.shred', { confirm: 'not-there' }),
  setTenantQuota: on('hold the seal', 'tenant.set-quota', { keys: 1 }),
  tenantUsage: on('hold the seal', 'tenant.get'),
  ownUsage: on('govern', 'tenant.usage'),
  protectTenant: on('govern', 'tenant.protect', { passphrase: 'a passphrase of the people' }),
  sealTenant: on('govern', 'tenant.seal', {}),
  unsealTenant: on('govern', 'tenant.unseal', { passphrase: 'a passphrase of the people' }),
  createBackup: on('hold the seal', 'backup.create', { recipients: ['age1none'] }),
  exportTombstones: on('hold the seal', 'backup.tombstones'),
  reportDuties: on('see what governs', 'duties.report'),
  listApprovals: on('see requests', 'approval.list'),
  getApproval: on('see requests', 'approval.get'),
  executeApproval: on('see requests', 'approval.get', {}),
  approve: on('approve', 'approval.approve', { key: 'a'.repeat(64), signature: MESSAGE }),
  denyApproval: on('approve', 'approval.deny', {}),
  cancelApproval: on('take requests back', 'approval.cancel', {}),
  listEntries: on('watch', 'audit.list'),
  entryReceipt: on('watch', 'audit.receipt'),
  logCheckpoint: on('see checkpoints', 'audit.checkpoint'),
  rekey: on('hold the seal', 'seal.rekey', { method: { kind: 'file' }, authorization: [] }),
  confirmRekey: on('hold the seal', 'seal.rekey', { proof: [] }),
  cancelRekey: on('hold the seal', 'seal.rekey', {}),
  rotateRoot: on('hold the seal', 'seal.rotate-root', { authorization: [] }),
  seal: on('hold the seal', 'seal.seal', {}),
}

/** Cannot be rehearsed: asked only of those who may not, so that nothing is sealed, opened or taken away here. */
export const REST_NOT_REHEARSED: ReadonlySet<string> = new Set([
  'seal',
  'rekey',
  'confirmRekey',
  'cancelRekey',
  'rotateRoot',
  'createBackup',
  // Asks for a quorum that guards it, and there is none here.
  'createEmergency',
  'protectTenant',
  'sealTenant',
  'unsealTenant',
])

/** Open to whoever has any credential, or to all: nothing is decided there, or the shares of a secret decide. */
export const REST_OPEN: readonly string[] = [
  'whoami',
  'sealStatus',
  'initialize',
  'unseal',
  'checkShare',
  'openEmergency',
]
