import type { Route } from '../route.ts'
import * as emergency from '../schema/emergency.ts'
import { EmptyRequest } from '../schema/value.ts'

const B = '/v1/break-glass'

/** The way in for when there is no other. */
export const EMERGENCY_ROUTES = {
  createEmergency: {
    method: 'POST',
    path: B,
    summary: 'Split a way in among several people; under a quorum alone',
    action: 'break-glass.create',
    body: emergency.CreateEmergencyRequest,
    answer: emergency.NewEmergencyAnswer,
    status: 201,
  },
  listEmergencies: {
    method: 'GET',
    path: B,
    summary: 'Every emergency credential, with its newest opening',
    action: 'break-glass.list',
    answer: emergency.EmergencyListAnswer,
  },
  openEmergency: {
    method: 'POST',
    path: `${B}/{credential}/open`,
    summary: 'Have a token for enough shares',
    action: 'break-glass.open',
    access: 'share',
    body: emergency.OpenEmergencyRequest,
    answer: emergency.OpenEmergencyAnswer,
    status: 201,
  },
  closeEmergency: {
    method: 'POST',
    path: `${B}/{credential}/close`,
    summary: 'End the token of an opening at once',
    action: 'break-glass.close',
    body: EmptyRequest,
    answer: emergency.EmergencyAnswer,
  },
} as const satisfies Readonly<Record<string, Route>>
