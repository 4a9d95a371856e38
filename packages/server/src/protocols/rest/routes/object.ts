import type { Route } from '../route.ts'
import * as object from '../schema/object.ts'

const O = '/v1/objects/{object}'
const move = {
  method: 'POST',
  body: object.MoveObjectRequest,
  answer: object.ObjectAnswer,
  conditional: true,
} as const

export const OBJECT_ROUTES = {
  createObject: {
    method: 'POST',
    path: '/v1/objects',
    summary: 'Keep secret data, opaque data or a certificate',
    action: 'object.create',
    body: object.CreateObjectRequest,
    answer: object.ObjectAnswer,
    status: 201,
    idempotent: true,
  },
  listObjects: {
    method: 'GET',
    path: '/v1/objects',
    summary: 'List objects, oldest first',
    action: 'object.list',
    query: object.ObjectListQuery,
    answer: object.ObjectListAnswer,
  },
  getObject: {
    method: 'GET',
    path: O,
    summary: "An object's metadata",
    action: 'object.get',
    answer: object.ObjectAnswer,
  },
  updateObject: {
    method: 'PATCH',
    path: O,
    summary: 'Change what is said of an object',
    action: 'object.update',
    body: object.UpdateObjectRequest,
    answer: object.ObjectAnswer,
    conditional: true,
  },
  readObject: {
    method: 'GET',
    path: `${O}/content`,
    summary: "An object's content",
    action: 'object.read',
    query: object.ObjectContentQuery,
    answer: object.ObjectContentAnswer,
  },
  activateObject: {
    ...move,
    path: `${O}/activate`,
    summary: 'Put a pre-active object in force',
    action: 'object.activate',
  },
  suspendObject: {
    ...move,
    path: `${O}/suspend`,
    summary: 'Stop an object for now',
    action: 'object.suspend',
  },
  resumeObject: {
    ...move,
    path: `${O}/resume`,
    summary: 'Lift a suspension',
    action: 'object.resume',
  },
  deactivateObject: {
    ...move,
    path: `${O}/deactivate`,
    summary: 'Take an object out of force',
    action: 'object.deactivate',
  },
  revokeObject: {
    ...move,
    path: `${O}/revoke`,
    summary: 'Mark an object compromised',
    action: 'object.revoke',
    body: object.RevokeObjectRequest,
  },
  destroyObject: {
    ...move,
    path: `${O}/destroy`,
    summary: 'Destroy the content and keep the metadata',
    action: 'object.destroy',
  },
} as const satisfies Readonly<Record<string, Route>>
