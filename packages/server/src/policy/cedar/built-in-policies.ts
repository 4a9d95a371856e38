import type { Role } from '@claviger/core'

/**
 * What each role may do, in every tenant. Duties are kept apart: whoever manages keys cannot use them,
 * whoever uses them cannot manage them, and whoever grants roles can do neither (SP 800-57 pt2 §4.8,
 * separation of duties). A principal with several roles may do what any of them may.
 */
export const BUILT_IN_POLICIES: Readonly<Record<Role, string>> = {
  administrator: `permit (
  principal in Role::"administrator",
  action in [Action::"administer", Action::"read", Action::"ask"],
  resource
);`,
  officer: `permit (
  principal in Role::"officer",
  action in [
    Action::"manage",
    Action::"read",
    Action::"ask",
    Action::"break-glass.close",
    Action::"key.public-key",
    Action::"key.detach"
  ],
  resource
);`,
  user: `permit (
  principal in Role::"user",
  action in [
    Action::"use",
    Action::"ask",
    Action::"key.public-key",
    Action::"key.detach",
    Action::"key.get",
    Action::"key.list",
    Action::"object.get",
    Action::"object.list"
  ],
  resource
);`,
  auditor: `permit (
  principal in Role::"auditor",
  action in [
    Action::"read",
    Action::"audit",
    Action::"group.get",
    Action::"group.list",
    Action::"quorum.get",
    Action::"quorum.list",
    Action::"duties.report",
    Action::"approval.get",
    Action::"approval.list",
    Action::"policy.get",
    Action::"policy.list",
    Action::"policy.check",
    Action::"policy.explain",
    Action::"principal.get",
    Action::"principal.list",
    Action::"token.list"
  ],
  resource
);`,
  operator: `permit (
  principal in Role::"operator",
  action in [
    Action::"seal",
    Action::"tenants",
    Action::"backup",
    Action::"audit.checkpoint"
  ],
  resource
);`,
  approver: `permit (
  principal in Role::"approver",
  action in [Action::"approve", Action::"approval.get", Action::"approval.list"],
  resource
);`,
}
