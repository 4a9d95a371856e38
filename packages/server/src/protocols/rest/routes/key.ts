import type { Route } from '../route.ts'
import * as key from '../schema/key.ts'
import { RandomAnswer, RandomRequest } from '../schema/random.ts'
import { EmptyRequest } from '../schema/value.ts'

const K = '/v1/keys/{key}'
const move = { method: 'POST', answer: key.KeyAnswer, conditional: true } as const

export const KEY_ROUTES = {
  createKey: {
    method: 'POST',
    path: '/v1/keys',
    summary: 'Generate a key',
    action: 'key.create',
    body: key.CreateKeyRequest,
    answer: key.KeyAnswer,
    status: 201,
    idempotent: true,
  },
  listKeys: {
    method: 'GET',
    path: '/v1/keys',
    summary: 'List keys, oldest first',
    action: 'key.list',
    query: key.KeyListQuery,
    answer: key.KeyListAnswer,
  },
  importKey: {
    method: 'POST',
    path: '/v1/keys/import',
    summary: 'Take in a key made elsewhere',
    action: 'key.import',
    body: key.ImportKeyRequest,
    answer: key.KeyAnswer,
    status: 201,
    idempotent: true,
  },
  getKey: {
    method: 'GET',
    path: K,
    summary: 'A key and the version that stands for it',
    action: 'key.get',
    answer: key.KeyAnswer,
  },
  updateKey: {
    method: 'PATCH',
    path: K,
    summary: 'Change what is said of a key and what it may do',
    action: 'key.update',
    body: key.UpdateKeyRequest,
    answer: key.KeyAnswer,
    conditional: true,
  },
  activateKey: {
    ...move,
    path: `${K}/activate`,
    summary: 'Begin to protect with a pre-active version',
    action: 'key.activate',
    body: key.MoveKeyRequest,
  },
  rotateKey: {
    ...move,
    path: `${K}/rotate`,
    summary: 'A new version takes over protecting',
    action: 'key.rotate',
    body: key.RotateKeyRequest,
  },
  suspendKey: {
    ...move,
    path: `${K}/suspend`,
    summary: 'Stop a key for now',
    action: 'key.suspend',
    body: key.SuspendRequest,
  },
  resumeKey: {
    ...move,
    path: `${K}/resume`,
    summary: 'Lift a suspension',
    action: 'key.resume',
    body: key.ResumeRequest,
  },
  deactivateKey: {
    ...move,
    path: `${K}/deactivate`,
    summary: 'End the protecting of a version',
    action: 'key.deactivate',
    body: key.MoveKeyRequest,
  },
  revokeKey: {
    ...move,
    path: `${K}/revoke`,
    summary: 'Revoke a key or mark it compromised',
    action: 'key.revoke',
    body: key.RevokeKeyRequest,
  },
  destroyKey: {
    ...move,
    path: `${K}/destroy`,
    summary: 'Destroy material, at once or after a window',
    action: 'key.destroy',
    body: key.DestroyKeyRequest,
  },
  cancelDestroyKey: {
    ...move,
    path: `${K}/cancel-destroy`,
    summary: 'Take a scheduled destruction back',
    action: 'key.cancel-destroy',
    body: EmptyRequest,
  },
  keyHistory: {
    method: 'GET',
    path: `${K}/history`,
    summary: 'Every version with its transitions',
    action: 'key.history',
    answer: key.KeyHistoryAnswer,
  },
  publicKey: {
    method: 'GET',
    path: `${K}/public-key`,
    summary: 'The public half of a pair, as JSON or PEM',
    action: 'key.public-key',
    query: key.PublicKeyQuery,
    answer: key.PublicKeyAnswer,
    pem: true,
  },
  random: {
    method: 'POST',
    path: '/v1/random',
    summary: 'Random bytes',
    action: 'random',
    body: RandomRequest,
    answer: RandomAnswer,
  },
} as const satisfies Readonly<Record<string, Route>>
