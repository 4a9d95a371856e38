import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Config, defaultConfig } from '../../src/config/config.ts'
import { ConfigError, parseConfig } from '../../src/config/parse-config.ts'
import { SETTINGS } from '../../src/config/settings.ts'
import { valueOf } from './configuration-table.ts'

const BASE = '/etc/claviger'
const RECIPIENT = 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj'

function mistakesOf(source: string): readonly string[] {
  try {
    parseConfig(source, BASE)
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.mistakes
  }
  return []
}

/** TOML for one setting, with the folder, which must be given. */
function withSetting(path: string, value: string): string {
  const folder = path === 'folder' ? '' : 'folder = "/data"\n'
  const other = path === 'listen.certificate' ? 'listen.key = "k"\n' : ''
  const another = path === 'listen.key' ? 'listen.certificate = "c"\n' : ''
  const openers = path === 'backup.folder' ? `backup.recipients = ["${RECIPIENT}"]\n` : ''
  const place = path === 'backup.recipients' ? 'backup.folder = "b"\n' : ''
  const party = path === 'passkeys.origins' ? 'passkeys.rp-id = "example.com"\n' : ''
  return `${folder}${other}${another}${openers}${place}${party}${path} = ${value}\n`
}

interface Cases {
  /** As written, and what it becomes. */
  readonly right: readonly (readonly [string, unknown])[]
  readonly wrong: readonly string[]
}

const wholes = (least: number, most: number): Cases => ({
  right: [least, most].map((value) => [String(value), value] as const),
  wrong: [
    String(least - 1),
    String(most + 1),
    '1.5',
    '"7"',
    'nan',
    'inf',
    '[1]',
    'true',
    '-0.0001',
  ],
})
const choices = (...known: string[]): Cases => ({
  right: known.map((value) => [JSON.stringify(value), value] as const),
  wrong: ['""', '"other"', `"${known[0]?.toUpperCase()}"`, '1', '[]', 'true'],
})
const paths: Cases = {
  right: [
    ['"data"', '/etc/claviger/data'],
    ['"/srv/data"', '/srv/data'],
    ['"../data"', '/etc/data'],
  ],
  wrong: [
    '""',
    '7',
    '["a"]',
    '"a\\u0000b"',
    '"a\\nb"',
    `"${'x'.repeat(5_000)}"`,
    '"-----BEGIN PRIVATE KEY-----"',
  ],
}

const CASES: Readonly<Record<string, Cases>> = {
  folder: paths,
  'listen.address': {
    right: ['0.0.0.0', '::', '::1', 'localhost', 'kms.example.com'].map((one) => [`"${one}"`, one]),
    wrong: [
      '""',
      '"a b"',
      '"*.example.com"',
      '"fe80::1%eth0"',
      '"https://a"',
      '"a:80"',
      '1',
      '"-a"',
    ],
  },
  'listen.port': wholes(0, 65_535),
  'listen.names': {
    right: [
      ['["a"]', ['a']],
      ['["kms.example.com", "*.example.com", "::1"]', ['kms.example.com', '*.example.com', '::1']],
    ],
    wrong: [
      '[]',
      '"a"',
      '["a", 1]',
      '[""]',
      '["a b"]',
      '["a, DNS:b"]',
      '["fe80::1%eth0"]',
      `[${'"a",'.repeat(65)}]`,
      `["${'a'.repeat(64)}"]`,
    ],
  },
  'listen.certificate': paths,
  'listen.key': paths,
  'listen.body-bytes-max': wholes(1_024, 64 * 1024 * 1024),
  'listen.connections-max': wholes(1, 1_000_000),
  'listen.metrics-open': {
    right: [
      ['true', true],
      ['false', false],
    ],
    wrong: ['"true"', '1', '0', '[]'],
  },
  'seal.kind': choices('shamir', 'passphrase', 'file'),
  'audit.origin': {
    right: [['"kms.example.com/log"', 'kms.example.com/log']],
    wrong: ['""', '"a b"', '"a+b"', '"a\\tb"', '"é"', '7', `"${'x'.repeat(201)}"`],
  },
  'audit.checkpoint-seconds': wholes(1, 3_600),
  'backup.folder': paths,
  'backup.recipients': {
    right: [[`["${RECIPIENT}"]`, [RECIPIENT]]],
    wrong: [
      '[]',
      `"${RECIPIENT}"`,
      '["age1"]',
      '["AGE-SECRET-KEY-1"]',
      '["ssh-ed25519 AAAA"]',
      '[7]',
    ],
  },
  'backup.every-hours': wholes(1, 8_760),
  'backup.keep': wholes(1, 10_000),
  'algorithms.profile': choices('nist', 'cnsa2'),
  'cache.keys': wholes(1, 10_000_000),
  'cache.materials': wholes(1, 10_000_000),
  'cache.locked-bytes': wholes(4_096, 1024 ** 3),
  'cache.private-key-bytes': wholes(4_096, 1024 ** 3),
  'aws.nitro-root': paths,
  'aws.account': {
    right: [['"123456789012"', '123456789012']],
    wrong: ['123456789012', '"12345678901"', '"1234567890123"', '"12345678901a"', '""'],
  },
  'aws.region': {
    right: ['us-east-1', 'us-gov-west-1', 'cn-north-1'].map((one) => [`"${one}"`, one]),
    wrong: ['""', '"US-EAST-1"', '"us-east"', '"us east 1"', '7'],
  },
  'aws.regions': {
    right: [['["us-east-1", "eu-west-3"]', ['us-east-1', 'eu-west-3']]],
    wrong: ['[]', '"us-east-1"', '["us-east-1", 1]', '["us-east"]'],
  },
  'aws.listen': {
    right: ['127.0.0.1:8421', '[::1]:0', 'kms.example.com:443'].map((one) => [`"${one}"`, one]),
    wrong: ['8421', '":8421"', '"::1:8421"', '"[a]:1"', '"a:65536"', '"a"', '"a b:1"', '"*.a:1"'],
  },
  'aws.xks-prefix': {
    right: ['/a', '/team-a/B_2'].map((one) => [`"${one}"`, one]),
    wrong: ['""', '"/"', '"a"', '"/a/"', '"/a b"', '"/a.b"', `"/${'a'.repeat(117)}"`, '7'],
  },
  'aws.xks-hosts': {
    right: [['["xks.example.com"]', ['xks.example.com']]],
    wrong: ['[]', '"a"', '["a", 1]', '["https://a"]'],
  },
  'aws.xks-authorities': paths,
  'aws.xks-timeout-ms': wholes(50, 10_000),
  'passkeys.rp-id': {
    right: ['example.com', 'localhost'].map((one) => [`"${one}"`, one]),
    wrong: ['""', '"Example.com"', '"127.0.0.1"', '"*.a"', '"a:1"', '"https://a"', '[]', '7'],
  },
  'passkeys.origins': {
    right: [['["https://keys.example.com:8443"]', ['https://keys.example.com:8443']]],
    wrong: ['[]', '"https://a"', '["https://example.com/"]', '["http://example.com"]', '["a"]'],
  },
  'log.level': choices('info', 'warn', 'error'),
  'log.format': choices('text', 'json'),
}

describe('every setting', () => {
  it('has its cases here', () => {
    assert.deepEqual(Object.keys(CASES).sort(), Object.keys(SETTINGS).sort())
  })
  for (const [path, { right, wrong }] of Object.entries(CASES)) {
    it(`${path} takes what is right and reaches the configuration`, () => {
      for (const [written, value] of right) {
        const config: Config = parseConfig(withSetting(path, written), BASE)
        assert.deepEqual(valueOf(config, path), value)
      }
    })
    it(`${path} refuses what is wrong, with its line and without the value`, () => {
      for (const written of wrong) {
        const source = withSetting(path, written)
        const mistakes = mistakesOf(source)
        const line = source.split('\n').findIndex((one) => one.startsWith(`${path} =`)) + 1
        assert.equal(mistakes.length, 1, `${path} = ${written}`)
        const start = `${path} (line ${line}): must be `
        assert.ok(mistakes[0]?.startsWith(start), `${written}: ${mistakes[0]}`)
      }
    })
  }

  it('has its default when it is not given', () => {
    assert.deepEqual(parseConfig('folder = "/data"', BASE), defaultConfig('/data'))
  })
})

describe('mistakes', () => {
  it('are all named at once', () => {
    const source = [
      '[listen]',
      'port = 99999',
      'nmaes = ["a"]',
      'key = "k"',
      '[log]',
      'level = 3',
      '[lisden]',
    ].join('\n')
    assert.deepEqual(mistakesOf(source), [
      'listen.port (line 2): must be a whole number from 0 to 65535',
      'listen.nmaes (line 3): is not a setting',
      'log.level (line 6): must be one of info, warn, error',
      'lisden (line 7): is not a setting',
      'folder: is missing; say where the data goes',
      'listen: certificate and key go together',
    ])
    assert.deepEqual(mistakesOf('folder = "/data"\nbackup.folder = "b"'), [
      'backup: folder and recipients go together',
    ])
    assert.deepEqual(mistakesOf('folder = "/data"\naws.regions = ["eu-west-3"]'), [
      'aws: region must be one of regions',
    ])
  })

  it('suggest the setting that was meant', () => {
    assert.deepEqual(mistakesOf('folder = "a"\nport = 1\n[cache]\nlocked_bytes = 5000\n'), [
      'port (line 2): is not a setting; did you mean listen.port?',
      'cache.locked_bytes (line 4): is not a setting; did you mean cache.locked-bytes?',
    ])
  })

  it('do not take a quoted key with a dot, or the name of an inherited member, for a setting', () => {
    for (const name of [
      '"listen.port"',
      'constructor',
      '__proto__',
      'listen.__proto__',
      'toString',
      '""',
    ]) {
      assert.equal(mistakesOf(`folder = "a"\n${name} = 1\n`).length, 1, name)
    }
  })

  it('name tables where a value belongs, and values where a table does', () => {
    assert.match(mistakesOf('[folder]\n').join(), /^folder \(line 1\): must be/)
    assert.match(
      mistakesOf('folder = "a"\nlisten = 3\n').join(),
      /^listen \(line 2\): is not a setting/,
    )
    assert.match(
      mistakesOf('folder = "a"\n[[listen]]\nport = 1\n').join(),
      /^listen \(line 2\): is not/,
    )
    assert.match(
      mistakesOf('folder = "a"\n[listen.tls]\nx = 1\n').join(),
      /^listen\.tls \(line 2\): is not/,
    )
    assert.deepEqual(mistakesOf('folder = "a"\n[listen]\n[log]\n'), [])
  })

  it('never repeat a value, nor anything that a terminal would obey', () => {
    const secret = 'hunter2-hunter2'
    for (const source of [
      `folder = "a"\nlog.level = "${secret}"\n`,
      `folder = "a"\nlisten.key = """-----BEGIN PRIVATE KEY-----\n${secret}"""\nlisten.certificate = "c"\n`,
      `folder = "a"\npassphrase = "${secret}"\n`,
      `folder = "a"\npassphrase = "${secret}" x\n`,
      `folder = "a"\npassphrase = ${secret}\n`,
    ]) {
      const told = mistakesOf(source).join('\n')
      assert.ok(told !== '' && !told.includes(secret), told)
    }
    const told = mistakesOf('folder = "a"\n"\\u001b[2J\\u009b" = 1\n').join('')
    // oxlint-disable-next-line no-control-regex -- what must not be there
    assert.doesNotMatch(told, /[\u0000-\u001f\u0080-\u009f]/)
  })

  it('of the TOML itself have their line', () => {
    assert.match(
      mistakesOf('folder = "a"\n\nport = = 1\n').join(),
      /^line 3: Invalid TOML document/,
    )
    assert.match(mistakesOf('folder = "a"\nfolder = "b"\n').join(), /^line 2: /)
    assert.deepEqual(mistakesOf('#'.repeat(256 * 1024 + 1)), ['the configuration is too large'])
    assert.equal(mistakesOf(`folder = ${'['.repeat(100_000)}`).length, 1)
  })

  it('are bounded in number and length', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => `x${index} = 1`).join('\n')
    assert.equal(mistakesOf(`folder = "a"\n${many}`).length, 101)
    assert.ok((mistakesOf(`folder = "a"\n${'k'.repeat(200_000)} = 1`)[0] ?? '').length < 200)
  })
})
