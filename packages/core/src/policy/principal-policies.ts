/** Knows the protocols that have policies of their own for principals. */
export interface PrincipalPolicies {
  /** Throws `invalid-input` for a protocol that has none, and for a document that is none of its. */
  check(protocol: string, document: string): void
}
