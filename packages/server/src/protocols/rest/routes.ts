import { ACCESS_ROUTES } from './routes/access.ts'
import { APPROVAL_ROUTES } from './routes/approval.ts'
import { EMERGENCY_ROUTES } from './routes/emergency.ts'
import { KEY_ROUTES } from './routes/key.ts'
import { OBJECT_ROUTES } from './routes/object.ts'
import { OPERATOR_ROUTES } from './routes/operator.ts'
import { TENANT_ROUTES } from './routes/tenant.ts'

/** Every route but the data operations', by the id it has in the OpenAPI document. */
export const MANAGEMENT_ROUTES = {
  ...KEY_ROUTES,
  ...OBJECT_ROUTES,
  ...ACCESS_ROUTES,
  ...APPROVAL_ROUTES,
  ...EMERGENCY_ROUTES,
  ...OPERATOR_ROUTES,
  ...TENANT_ROUTES,
} as const

export type ManagementId = keyof typeof MANAGEMENT_ROUTES
