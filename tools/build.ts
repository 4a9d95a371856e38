/**
 * Makes what can be published: each package as JavaScript with its types under `dist/packages`, and the
 * server as one bundled file, `dist/claviger-server.mjs`.
 *
 * The bundle leaves out what cannot be one file: WebAssembly (Cedar), a native addon (sodium-native), and
 * the writer thread, which is a second file beside it.
 */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { platformBinary } from './platform-binary.ts'

const ROOT = resolve(import.meta.dirname, '..')
/** Emptied first. */
const DIST = resolve(process.argv[2] ?? join(ROOT, 'dist'))

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

function emitTypesAndCode(): void {
  const options = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: join(ROOT, 'packages'),
      outDir: join(DIST, 'emitted'),
      // The configuration may lie outside the tree.
      typeRoots: [join(ROOT, 'node_modules/@types')],
    },
    // The compiler emits what it only meets by an import at times, and at times not.
    include: [join(ROOT, 'packages/*/src/**/*.ts'), join(ROOT, 'packages/*/src/**/*.cts')],
  }
  const config = join(DIST, 'tsconfig.json')
  writeFileSync(config, JSON.stringify(options))
  const [file, ...first] = platformBinary('tsc') as [string, ...string[]]
  const { status, stdout } = spawnSync(file, [...first, '-p', config], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the packages do not compile:\n${stdout}`)
}

/** One package as it goes to the registry: emitted code, and a manifest that points at it. */
function assemble(folder: string): string | undefined {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  if (manifest.private === true) return undefined
  const name = folder.slice(folder.lastIndexOf('/') + 1)
  const target = join(DIST, 'packages', name)
  cpSync(join(DIST, 'emitted', name, 'src'), join(target, 'dist'), { recursive: true })
  for (const other of globSync('src/**/*.{json,html,css,cedarschema,sql}', { cwd: folder })) {
    const to = join(target, 'dist', other.slice('src/'.length))
    mkdirSync(dirname(to), { recursive: true })
    cpSync(join(folder, other), to)
  }
  if (existsSync(join(folder, 'bin'))) {
    cpSync(join(folder, 'bin'), join(target, 'bin'), { recursive: true })
  }
  cpSync(join(ROOT, 'LICENSE'), join(target, 'LICENSE'))
  const exports = Object.fromEntries(
    Object.entries(manifest.exports).map(([path, source]) => [path, published(source)]),
  )
  for (const starter of ['dist/storage/sqlite/writer.js', 'dist/backup/backup-worker.js']) {
    const file = join(target, starter)
    if (existsSync(file)) pointAtThreads(file, '.js')
  }
  const files = manifest.bin === undefined ? ['dist'] : ['dist', 'bin']
  writeFileSync(
    join(target, 'package.json'),
    `${JSON.stringify({ ...manifest, exports, files }, undefined, 2)}\n`,
  )
  return manifest.name
}

function published(source: string): { types: string; default: string } {
  const path = source.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '')
  return { types: `${path}.d.ts`, default: `${path}.js` }
}

/** One file with everything in it, the parts that are loaded later included. */
async function bundle(name: string, source: string): Promise<void> {
  const made = await rolldown({
    input: join(ROOT, source),
    platform: 'node',
    external: ['sodium-native', /^@cedar-policy\/cedar-wasm/],
  })
  const file = join(DIST, `${name}.mjs`)
  await made.write({ file, format: 'esm', codeSplitting: false })
  await made.close()
  pointAtThreads(file, '.mjs')
}

/** A thread's file is named by a URL, which no compiler follows. */
function pointAtThreads(file: string, extension: string): void {
  const code = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    code.replace(/(["'])\.\/(writer|backup)-thread\.ts\1/g, `'./$2-thread${extension}'`),
  )
}

rmSync(DIST, { recursive: true, force: true })
mkdirSync(DIST, { recursive: true })
emitTypesAndCode()
const names = globSync('packages/*', { cwd: ROOT }).map((path) => assemble(join(ROOT, path)))
await bundle('claviger-server', 'tools/server-entry.ts')
await bundle('writer-thread', 'packages/server/src/storage/sqlite/writer-thread.ts')
await bundle('backup-thread', 'packages/server/src/backup/backup-thread.ts')
rmSync(join(DIST, 'emitted'), { recursive: true })
rmSync(join(DIST, 'tsconfig.json'))
process.stdout.write(
  `${names.filter((name) => name !== undefined).join(', ')} in ${join(DIST, 'packages')}\n`,
)
process.stdout.write(`${join(DIST, 'claviger-server.mjs')}\n`)
