/** What an action is done to, with the attributes policies may speak of. */
export interface Resource {
  readonly kind:
    | 'key'
    | 'object'
    | 'tenant'
    | 'principal'
    | 'token'
    | 'policy'
    | 'group'
    | 'quorum'
    | 'approval'
    | 'log'
    | 'seal'
  readonly id: string
  readonly name: string
  /** Changes whenever an attribute does; cached decisions of older revisions are void. */
  readonly revision: number
  readonly attributes: Readonly<
    Record<string, string | number | boolean | Readonly<Record<string, string>>>
  >
}
