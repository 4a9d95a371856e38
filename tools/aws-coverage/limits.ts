/** What an action does less than at AWS, and why. Every other action does all of it. */
export const LIMITS: Readonly<Record<string, string>> = {
  ConnectCustomKeyStore: 'stores of type `EXTERNAL_KEY_STORE`; there is no CloudHSM cluster',
  CreateCustomKeyStore:
    'type `EXTERNAL_KEY_STORE` over `PUBLIC_ENDPOINT`; `AWS_CLOUDHSM` is answered with `CloudHsmClusterNotFoundException`, `VPC_ENDPOINT_SERVICE` with `XksProxyVpcEndpointServiceNotFoundException`: a keeper has neither',
  CreateKey:
    'all specs but `SM2` (AWS has it in China only), all origins but `AWS_CLOUDHSM`: there is no cluster',
  GenerateDataKeyPair: 'all specs but `SM2`, which AWS has in China only',
  GenerateDataKeyPairWithoutPlaintext: 'all specs but `SM2`, which AWS has in China only',
  GenerateRandom: 'from the keeper: `CustomKeyStoreId` would name a CloudHSM cluster',
  GetParametersForImport: 'all wrappings but `SM2PKE`, which AWS has in China only',
}

/** Actions that are refused whatever they say, with the error and the reason. */
export const REFUSED: Readonly<Record<string, string>> = {}

/** When each exception of the model is answered. */
export const ARISES: Readonly<Record<string, string>> = {
  AlreadyExistsException: 'an alias, or a replica in a region, that is there already',
  CloudHsmClusterNotFoundException: 'any CloudHSM cluster: a keeper has none',
  ConflictException: 'two changes of one thing at once, or an on-demand rotation during another',
  CustomKeyStoreHasCMKsException: 'deleting a key store that keys still rest on',
  CustomKeyStoreInvalidStateException:
    'what a key store does not do in its connection state: deleting or changing a connected one, creating keys in a disconnected one',
  CustomKeyStoreNameInUseException: 'a second key store of one name',
  CustomKeyStoreNotFoundException: 'a key store that is not there',
  DependencyTimeoutException:
    'the log or the store does not take writes, or the keeper is stopping; SDKs try again',
  DisabledException: 'a key that is disabled',
  DryRunOperationException: 'a dry run that would have been let through',
  ExpiredImportTokenException: 'an import token older than 24 hours',
  IncorrectKeyException: 'a ciphertext of another key than the one named',
  IncorrectKeyMaterialException: 'material other than what the key had or awaits',
  InvalidAliasNameException: 'an alias with a colon',
  InvalidArnException: 'an ARN that is none, or of another service',
  InvalidCiphertextException:
    'a ciphertext that does not open: changed, of another context, or wrapped wrongly',
  InvalidGrantIdException: 'a grant id that is none',
  InvalidGrantTokenException: 'a grant token that this keeper did not make',
  InvalidImportTokenException: 'an import token of another key or wrapping key, or changed',
  InvalidKeyUsageException: 'a key or an algorithm that is not for this action',
  InvalidMarkerException: 'a marker that no list gave',
  KMSInternalException: 'a fault of the keeper; the message has the incident’s number in its log',
  KMSInvalidMacException: 'a code that does not verify',
  KMSInvalidSignatureException: 'a signature that does not verify',
  KMSInvalidStateException: 'a key whose state does not allow the action',
  KeyUnavailableException:
    'the keeper is sealed, or what holds the key’s material cannot be reached',
  LimitExceededException: 'AWS’s quotas on one key, and the keeper’s own limits on a key’s use',
  MalformedPolicyDocumentException:
    'a key policy that does not parse, or would lock its author out',
  NotFoundException: 'a key, alias, grant or policy that is not there, or not in this region',
  TagException: 'tags that are reserved, named twice or too many',
  UnsupportedOperationException:
    'what keys of this kind do not do, and algorithms that policy forbids',
  XksKeyAlreadyInUseException: 'an external key that another key rests on',
  XksKeyInvalidConfigurationException: 'an external key that is not an enabled AES-256 key',
  XksKeyNotFoundException: 'an external key that its proxy does not have',
  XksProxyIncorrectAuthenticationCredentialException: 'a credential that the proxy refuses',
  XksProxyInvalidConfigurationException: 'a proxy that answers for another address or has no key',
  XksProxyInvalidResponseException: 'a proxy whose answers are not of the specification',
  XksProxyUriInUseException: 'an address and path that another key store has',
  XksProxyUriUnreachableException: 'a proxy that does not answer',
  XksProxyVpcEndpointServiceNotFoundException: 'any VPC endpoint service: a keeper is in no VPC',
}

const NO_CLUSTER = 'never: there is no CloudHSM cluster to be so'
const NO_VPC = 'never: there is no VPC endpoint service to be so'

/** The exceptions that nothing here can cause. */
export const NEVER: Readonly<Record<string, string>> = {
  CloudHsmClusterInUseException: NO_CLUSTER,
  CloudHsmClusterInvalidConfigurationException: NO_CLUSTER,
  CloudHsmClusterNotActiveException: NO_CLUSTER,
  CloudHsmClusterNotRelatedException: NO_CLUSTER,
  IncorrectTrustAnchorException: NO_CLUSTER,
  XksProxyUriEndpointInUseException:
    'never: AWS keeps one public address for one account and region; a keeper shares it by path',
  XksProxyVpcEndpointServiceInUseException: NO_VPC,
  XksProxyVpcEndpointServiceInvalidConfigurationException: NO_VPC,
}

/** What AWS answers without having a class for it in its SDKs. */
export const UNMODELLED: Readonly<Record<string, string>> = {
  AccessDeniedException:
    'the tenant’s policy, the key policy, the identity policy or the lack of a grant',
  ExpiredTokenException: 'an access key or session token that is over',
  IncompleteSignatureException: 'an `Authorization` header that lacks a part',
  InvalidSignatureException:
    'a signature that does not verify, is of another time, or of another scope',
  MissingAuthenticationTokenException: 'a call without a signature',
  NotAuthorizedException: 'an alias below `alias/aws/`, which AWS keeps for itself',
  SerializationException: 'a body that is not JSON, or a member of another type',
  ThrottlingException:
    'too many failed attempts, or too many calls at once; SDKs wait and try again',
  UnknownOperationException: 'an action that AWS KMS does not have',
  UnrecognizedClientException: 'an access key that is not known, or was revoked',
  ValidationException: 'a member that is missing, too long, too short or not of its values',
}
