/** What one layer may import: other layers, and the modules of Node it may reach. */
export interface Layer {
  readonly imports: readonly string[]
  readonly node: readonly string[] | 'any'
}

const CODECS = ['bytes', 'tlog', 'envelope', 'sigv4']
const FILES = ['node:fs', 'node:fs/promises', 'node:path', 'node:os', 'node:url']
const STREAMS = ['node:buffer', 'node:events', 'node:stream', 'node:stream/promises', 'node:timers']
const NETWORK = [
  'node:http',
  'node:https',
  'node:http2',
  'node:net',
  'node:tls',
  'node:dgram',
  'node:dns',
]
const THREADS = [
  'node:worker_threads',
  'node:async_hooks',
  'node:perf_hooks',
  'node:diagnostics_channel',
]

/** One protocol folder; every protocol is a layer of its own, so none may import another. */
const PROTOCOL: Layer = {
  imports: ['server/protocols', 'core', 'server/listen', ...CODECS],
  node: [...STREAMS, 'node:http', 'node:net'],
}

/**
 * The directions of `docs/design/architecture.md`: change both together. A layer is a package, or a folder
 * of the server; a layer may always import itself, and nothing that its row does not name.
 */
export const LAYERS: Readonly<Record<string, Layer>> = {
  bytes: { imports: [], node: [] },
  tlog: { imports: ['bytes'], node: [] },
  envelope: { imports: ['bytes'], node: [] },
  sigv4: { imports: ['bytes'], node: [] },
  crypto: { imports: ['bytes'], node: ['node:crypto', 'node:util'] },
  keyfile: { imports: ['bytes', 'crypto'], node: [] },
  core: { imports: ['bytes'], node: [] },
  client: { imports: ['bytes'], node: [] },
  testkit: { imports: ['core', ...CODECS, 'crypto'], node: 'any' },
  cli: { imports: ['client', 'crypto', 'keyfile', 'server', ...CODECS], node: 'any' },
  'server/config': { imports: ['core'], node: [...FILES, 'node:buffer', 'node:net'] },
  'server/logging': { imports: ['core'], node: [...FILES, ...STREAMS] },
  'server/metrics': { imports: [], node: [] },
  'server/listen': {
    imports: ['core', 'crypto'],
    node: [...FILES, ...STREAMS, ...NETWORK, ...THREADS],
  },
  'server/storage': {
    imports: ['core', 'bytes'],
    node: [...FILES, ...STREAMS, ...THREADS, 'node:sqlite', 'node:zlib', 'node:util'],
  },
  'server/custody': {
    imports: ['core', 'crypto', 'envelope', 'sigv4', 'bytes'],
    node: [
      ...FILES,
      ...STREAMS,
      ...THREADS,
      'node:module',
      'node:v8',
      'node:vm',
      'node:http',
      'node:https',
      'node:tls',
    ],
  },
  'server/seal': {
    imports: ['server/custody', 'core', 'crypto', 'envelope', 'bytes'],
    node: [...FILES, ...STREAMS],
  },
  'server/policy': { imports: ['core'], node: ['node:fs', 'node:module', 'node:path', 'node:url'] },
  'server/authenticate': {
    imports: ['core', 'crypto', 'sigv4', 'bytes'],
    node: ['node:buffer', 'node:tls'],
  },
  'server/audit': {
    imports: ['core', 'tlog', 'crypto', 'bytes'],
    node: [...FILES, ...STREAMS, ...THREADS, 'node:util'],
  },
  'server/backup': {
    imports: ['server/audit', 'server/storage', 'core', 'tlog', 'crypto', 'bytes'],
    node: [...FILES, ...STREAMS, ...THREADS, 'node:stream/web'],
  },
  server: {
    imports: [
      'core',
      'crypto',
      ...CODECS,
      'server/config',
      'server/logging',
      'server/metrics',
      'server/listen',
      'server/storage',
      'server/custody',
      'server/seal',
      'server/policy',
      'server/authenticate',
      'server/audit',
      'server/backup',
      'server/protocols',
      'server/protocols/*',
    ],
    node: 'any',
  },
  /** What every protocol is to the composition; the protocols themselves are folders below. */
  'server/protocols': { imports: ['core'], node: ['node:http'] },
}

/** The row of a layer; every `server/protocols/<p>` has the same. */
export function layerNamed(name: string): Layer | undefined {
  return name.startsWith('server/protocols/') ? PROTOCOL : LAYERS[name]
}

export function mayImport(from: string, to: string): boolean {
  if (from === to) return true
  const imports = layerNamed(from)?.imports ?? []
  if (to.startsWith('server/protocols/')) return imports.includes('server/protocols/*')
  return imports.includes(to)
}

/** The layer of a source file, by its path below `packages/`; undefined for a file in none. */
export function layerOf(path: string): string | undefined {
  const [packageName, , ...inner] = path.split('/')
  if (packageName === undefined) return undefined
  if (packageName !== 'server') return layerNamed(packageName) && packageName
  if (inner[0] === 'protocols' && inner.length > 2) return `server/protocols/${inner[1]}`
  // A file right below src is composition; a folder is a layer, and must be in the table.
  const name = inner.length < 2 ? 'server' : `server/${inner[0]}`
  return layerNamed(name) && name
}
