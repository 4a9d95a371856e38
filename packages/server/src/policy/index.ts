export {
  type CedarAuthorizer,
  type CedarAuthorizerOptions,
  createCedarAuthorizer,
  type PolicyProblem,
} from './cedar/cedar-authorizer.ts'
export { PolicyFeed } from './policy-feed.ts'
