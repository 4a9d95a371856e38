import { type CommandEntry, type CommandGroup, entry } from './command-entry.ts'
import { BACKUP } from './backup-commands.ts'
import { BREAK_GLASS, DUTIES, REVIEW } from './duty-commands.ts'
import { IMPORT } from './import-commands.ts'

export type { CommandEntry, CommandFile, CommandGroup } from './command-entry.ts'

const KEY: CommandGroup = {
  summary: 'make keys and look after them',
  commands: {
    create: entry('generate a key', () => import('./command/key/create.ts')),
    import: entry('take in a key made elsewhere', () => import('./command/key/import.ts')),
    get: entry('show a key', () => import('./command/key/get.ts')),
    list: entry('list keys', () => import('./command/key/list.ts')),
    update: entry(
      'change what is said of a key and what it may do',
      () => import('./command/key/update.ts'),
    ),
    activate: entry(
      'begin to protect with a pre-active version',
      () => import('./command/key/activate.ts'),
    ),
    rotate: entry(
      'let a new version take over protecting',
      () => import('./command/key/rotate.ts'),
    ),
    'set-rotation': entry(
      'have the keeper rotate a key by itself',
      () => import('./command/key/set-rotation.ts'),
    ),
    'import-version': entry(
      'bring material to a key made elsewhere',
      () => import('./command/key/import-version.ts'),
    ),
    'delete-material': entry(
      'delete material made elsewhere, which can be brought again',
      () => import('./command/key/delete-material.ts'),
    ),
    suspend: entry('stop a key for now', () => import('./command/key/suspend.ts')),
    resume: entry('lift a suspension', () => import('./command/key/resume.ts')),
    deactivate: entry(
      'end the protecting of a version',
      () => import('./command/key/deactivate.ts'),
    ),
    revoke: entry('revoke a key or mark it compromised', () => import('./command/key/revoke.ts')),
    destroy: entry(
      'destroy a key, after a window or at once',
      () => import('./command/key/destroy.ts'),
    ),
    'cancel-destroy': entry(
      'take a scheduled destruction back',
      () => import('./command/key/cancel-destroy.ts'),
    ),
    history: entry(
      'show every version with its transitions',
      () => import('./command/key/history.ts'),
    ),
    usage: entry('show when a key was last used', () => import('./command/key/usage.ts')),
    'public-key': entry(
      'write the public half of a pair',
      () => import('./command/key/public-key.ts'),
    ),
  },
}

const OBJECT: CommandGroup = {
  summary: 'keep secrets, other data and certificates',
  commands: {
    create: entry('keep an object', () => import('./command/object/create.ts')),
    get: entry("show an object's metadata", () => import('./command/object/get.ts')),
    list: entry('list objects', () => import('./command/object/list.ts')),
    read: entry("write an object's content", () => import('./command/object/read.ts')),
    update: entry('change what is said of an object', () => import('./command/object/update.ts')),
    activate: entry(
      'put a pre-active object in force',
      () => import('./command/object/activate.ts'),
    ),
    suspend: entry('stop an object for now', () => import('./command/object/suspend.ts')),
    resume: entry('lift a suspension', () => import('./command/object/resume.ts')),
    deactivate: entry(
      'take an object out of force',
      () => import('./command/object/deactivate.ts'),
    ),
    revoke: entry('mark an object compromised', () => import('./command/object/revoke.ts')),
    destroy: entry(
      'destroy the content and keep the metadata',
      () => import('./command/object/destroy.ts'),
    ),
  },
}

const PRINCIPAL: CommandGroup = {
  summary: 'manage people and workloads',
  commands: {
    create: entry(
      'make somebody or something that can be given tokens',
      () => import('./command/principal/create.ts'),
    ),
    list: entry('list principals', () => import('./command/principal/list.ts')),
    show: entry('show a principal', () => import('./command/principal/show.ts')),
    update: entry(
      'change roles, certificates, or whether it may come in',
      () => import('./command/principal/update.ts'),
    ),
    enroll: entry(
      'say which keys somebody signs approvals by',
      () => import('./command/principal/enroll.ts'),
    ),
  },
}

const TENANT: CommandGroup = {
  summary: 'keep several houses apart in one keeper',
  commands: {
    create: entry(
      'make a tenant, and somebody to govern it',
      () => import('./command/tenant/create.ts'),
    ),
    list: entry('list tenants', () => import('./command/tenant/list.ts')),
    show: entry('show a tenant', () => import('./command/tenant/show.ts')),
    suspend: entry('let nobody of a tenant in', () => import('./command/tenant/suspend.ts')),
    resume: entry(
      'let the people of a tenant in again',
      () => import('./command/tenant/resume.ts'),
    ),
    shred: entry(
      'destroy a suspended tenant and all it has, for good',
      () => import('./command/tenant/shred.ts'),
    ),
    quota: entry('bound what a tenant may have and do', () => import('./command/tenant/quota.ts')),
    usage: entry(
      'tell what a tenant, or your own, has and does',
      () => import('./command/tenant/usage.ts'),
    ),
    protect: entry(
      'put your tenant under a passphrase of its own',
      () => import('./command/tenant/protect.ts'),
    ),
    seal: entry('close your tenant until it is unsealed', () => import('./command/tenant/seal.ts')),
    unseal: entry('open your tenant by its passphrase', () => import('./command/tenant/unseal.ts')),
  },
}

const GROUP: CommandGroup = {
  summary: 'name people that quorums are made of',
  commands: {
    create: entry('make a group', () => import('./command/group/create.ts')),
    list: entry('list groups', () => import('./command/group/list.ts')),
    show: entry('show a group', () => import('./command/group/show.ts')),
    update: entry('replace the members of a group', () => import('./command/group/update.ts')),
    delete: entry(
      'forget a group that no quorum is made of',
      () => import('./command/group/delete.ts'),
    ),
  },
}

const QUORUM: CommandGroup = {
  summary: 'say what needs the approval of several people',
  commands: {
    create: entry(
      'let actions need the approval of some of a group',
      () => import('./command/quorum/create.ts'),
    ),
    defaults: entry(
      'guard what had better not be done by one person alone',
      () => import('./command/quorum/defaults.ts'),
    ),
    list: entry('list quorums', () => import('./command/quorum/list.ts')),
    show: entry('show a quorum', () => import('./command/quorum/show.ts')),
    update: entry(
      'replace what a quorum guards and how',
      () => import('./command/quorum/update.ts'),
    ),
    delete: entry('take a guard away', () => import('./command/quorum/delete.ts')),
  },
}

const APPROVAL: CommandGroup = {
  summary: 'approve what waits for it, or deny it',
  commands: {
    list: entry('list what waits', () => import('./command/approval/list.ts')),
    show: entry('show exactly what is asked for', () => import('./command/approval/show.ts')),
    approve: entry('sign for a request', () => import('./command/approval/approve.ts')),
    deny: entry('end a request with a no', () => import('./command/approval/deny.ts')),
    cancel: entry('take a request of yours back', () => import('./command/approval/cancel.ts')),
    execute: entry(
      'make a call of yours that was approved',
      () => import('./command/approval/execute.ts'),
    ),
    keygen: entry('make a key to sign approvals by', () => import('./command/approval/keygen.ts')),
    statement: entry(
      'write what is signed, to sign it elsewhere',
      () => import('./command/approval/statement.ts'),
    ),
  },
}

const TOKEN: CommandGroup = {
  summary: 'manage bearer tokens',
  commands: {
    create: entry('make a token for a principal', () => import('./command/token/create.ts')),
    list: entry("list a principal's tokens", () => import('./command/token/list.ts')),
    revoke: entry('end a token at once', () => import('./command/token/revoke.ts')),
  },
}

const AWS: CommandGroup = {
  summary: 'let programs made for AWS in',
  commands: {
    credentials: {
      summary: 'manage the access keys that requests are signed by',
      commands: {
        create: entry(
          'make an access key for a principal',
          () => import('./command/aws/credentials/create.ts'),
        ),
        list: entry(
          "list a principal's access keys",
          () => import('./command/aws/credentials/list.ts'),
        ),
        revoke: entry(
          'end an access key at once',
          () => import('./command/aws/credentials/revoke.ts'),
        ),
      },
    },
    policies: {
      summary: "manage AWS's identity policies of principals",
      commands: {
        put: entry(
          'narrow what a principal may do through AWS KMS',
          () => import('./command/aws/policies/put.ts'),
        ),
        get: entry(
          "show a principal's identity policy",
          () => import('./command/aws/policies/get.ts'),
        ),
        delete: entry(
          "take a principal's identity policy out of force",
          () => import('./command/aws/policies/delete.ts'),
        ),
      },
    },
  },
}

const POLICY: CommandGroup = {
  summary: 'manage Cedar policies',
  commands: {
    put: entry('write a policy, new or changed', () => import('./command/policy/put.ts')),
    get: entry('show a policy', () => import('./command/policy/get.ts')),
    list: entry('list policies', () => import('./command/policy/list.ts')),
    delete: entry('take a policy out of force', () => import('./command/policy/delete.ts')),
    history: entry(
      'show who changed a policy, and how',
      () => import('./command/policy/history.ts'),
    ),
    check: entry(
      'say what is wrong with a policy without writing it',
      () => import('./command/policy/check.ts'),
    ),
    explain: entry(
      'say why a call would be allowed or denied, or who may make it',
      () => import('./command/policy/explain.ts'),
    ),
    diff: entry(
      'say which decisions a policy would change',
      () => import('./command/policy/diff.ts'),
    ),
    test: entry('hold expectations against the policies', () => import('./command/policy/test.ts')),
  },
}

const AUDIT: CommandGroup = {
  summary: 'read the audit log and check it',
  commands: {
    list: entry('list entries, newest first', () => import('./command/audit/list.ts')),
    receipt: entry(
      'write an offline proof that an entry is in the log',
      () => import('./command/audit/receipt.ts'),
    ),
    checkpoint: entry(
      'write the newest signed checkpoint',
      () => import('./command/audit/checkpoint.ts'),
    ),
    verify: entry(
      'check a log, a receipt or a checkpoint, offline',
      () => import('./command/audit/verify.ts'),
    ),
    export: entry(
      'write entries, oldest first, as another program reads them',
      () => import('./command/audit/export.ts'),
    ),
  },
}

const OPERATOR: CommandGroup = {
  summary: 'initialize, seal and unseal a keeper',
  commands: {
    init: entry('make the root key and its seal; once', () => import('./command/operator/init.ts')),
    unseal: entry('give shares or the passphrase', () => import('./command/operator/unseal.ts')),
    seal: entry('wipe everything open', () => import('./command/operator/seal.ts')),
    status: entry(
      'tell whether the keeper is sealed',
      () => import('./command/operator/status.ts'),
    ),
    rekey: entry('make new shares or another seal', () => import('./command/operator/rekey.ts')),
    'rotate-root': entry(
      'make a fresh root key',
      () => import('./command/operator/rotate-root.ts'),
    ),
    'check-share': entry(
      'tell whether a share would still do',
      () => import('./command/operator/check-share.ts'),
    ),
  },
}

/** Every command by its words. Files are loaded when their command is asked for. */
export const COMMANDS: Readonly<Record<string, CommandEntry | CommandGroup>> = {
  key: KEY,
  import: IMPORT,
  encrypt: entry('encrypt a file or standard input', () => import('./command/data/encrypt.ts')),
  decrypt: entry('decrypt a file or standard input', () => import('./command/data/decrypt.ts')),
  're-encrypt': entry(
    'move a ciphertext to the current version or another key',
    () => import('./command/data/re-encrypt.ts'),
  ),
  sign: entry('sign a file or standard input', () => import('./command/data/sign.ts')),
  verify: entry('check a signature', () => import('./command/data/verify.ts')),
  mac: entry('authenticate a file or standard input', () => import('./command/data/mac.ts')),
  'verify-mac': entry(
    'check a message authentication code',
    () => import('./command/data/verify-mac.ts'),
  ),
  wrap: entry('wrap key material', () => import('./command/data/wrap.ts')),
  unwrap: entry('unwrap key material', () => import('./command/data/unwrap.ts')),
  'data-key': entry(
    'make a data key, in clear and encrypted',
    () => import('./command/data/data-key.ts'),
  ),
  'data-key-pair': entry(
    'make a pair, its private half in clear and encrypted',
    () => import('./command/data/data-key-pair.ts'),
  ),
  derive: entry('derive keying material', () => import('./command/data/derive.ts')),
  agree: entry('agree on a secret with a peer', () => import('./command/data/agree.ts')),
  encapsulate: entry(
    'make a shared secret and its encapsulation',
    () => import('./command/data/encapsulate.ts'),
  ),
  decapsulate: entry('open an encapsulation', () => import('./command/data/decapsulate.ts')),
  random: entry("take bytes from the keeper's generator", () => import('./command/data/random.ts')),
  object: OBJECT,
  principal: PRINCIPAL,
  token: TOKEN,
  aws: AWS,
  policy: POLICY,
  group: GROUP,
  quorum: QUORUM,
  duties: DUTIES,
  review: REVIEW,
  'break-glass': BREAK_GLASS,
  approval: APPROVAL,
  tenant: TENANT,
  audit: AUDIT,
  operator: OPERATOR,
  backup: BACKUP,
  whoami: entry('tell who you are to the keeper', () => import('./command/whoami.ts')),
  inspect: entry('say what a file of Claviger is, offline', () => import('./command/inspect.ts')),
  demo: entry('walk a key through its life on a file of yours', () => import('./command/demo.ts')),
  server: entry('run a keeper', () => import('./command/server.ts')),
  completion: entry(
    'write a completion script for a shell',
    () => import('./command/completion.ts'),
  ),
}

/** The words of every command, groups left out. */
export function commandNames(commands: CommandGroup['commands'] = COMMANDS): string[] {
  return Object.entries(commands).flatMap(([name, known]) =>
    'commands' in known ? commandNames(known.commands).map((inner) => `${name} ${inner}`) : [name],
  )
}
