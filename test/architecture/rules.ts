import { existsSync, globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { layerNamed, layerOf, mayImport } from './layers.ts'
import { readSource, type SourceText } from './source-text.ts'

/**
 * The architecture as functions over a tree: each rule reads it and names what breaks the rule. They are
 * functions of the root so that a test can plant every fault in a copy and see it found.
 */
export interface Violation {
  /** Path below the root, with forward slashes. */
  readonly file: string
  readonly message: string
}

interface Source extends SourceText {
  readonly file: string
  readonly text: string
  readonly imports: readonly string[]
}

export interface Tree {
  readonly root: string
  /** What is published and run: `packages/<p>/src`. */
  readonly sources: readonly Source[]
  /** Every TypeScript file of the house, tests and tools included. */
  readonly files: readonly Source[]
}

const LINES_MAX = 400
const OWN = '@claviger/'
/** Static imports and re-exports, side-effect imports, dynamic imports, `require` and built-in look-ups. */
const IMPORT =
  /(?:^|[;}\n])[ \t]*(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]|\b(?:import|require|getBuiltinModule)\s*\(\s*['"]([^'"]+)['"]/g

export function readTree(root: string): Tree {
  const read = (pattern: string): Source[] =>
    globSync(pattern, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => !path.includes('node_modules/'))
      .toSorted()
      .map((file) => readFile(root, file))
  const sources = read('packages/*/src/**/*.ts')
  const others = ['packages/*/test/**/*.ts', 'test/**/*.ts', 'tools/**/*.ts'].flatMap(read)
  return { root, sources, files: [...sources, ...others] }
}

function readFile(root: string, file: string): Source {
  const text = readFileSync(join(root, file), 'utf8')
  const source = readSource(text)
  const imports = [...source.uncommented.matchAll(IMPORT)].map(
    ([, from, called]) => (from ?? called) as string,
  )
  return { file, text, imports, ...source }
}

const belowPackages = (file: string): string => file.slice('packages/'.length)
const packageOf = (file: string): string => belowPackages(file).split('/')[0] as string

/** Every import goes where the table of layers lets it, and into another package by its front door. */
export function layerViolations(tree: Tree): readonly Violation[] {
  const violations: Violation[] = []
  for (const source of tree.sources) {
    const from = layerOf(belowPackages(source.file))
    if (from === undefined) {
      violations.push({
        file: source.file,
        message: 'belongs to no layer; name it in test/architecture/layers.ts',
      })
      continue
    }
    for (const specifier of source.imports) {
      const message = importProblem(source.file, from, specifier)
      if (message !== undefined) violations.push({ file: source.file, message })
    }
  }
  return violations
}

function importProblem(file: string, from: string, specifier: string): string | undefined {
  if (isBuiltin(specifier)) {
    const permitted = layerNamed(from)?.node ?? []
    const name = specifier.startsWith('node:') ? specifier : `node:${specifier}`
    return permitted === 'any' || permitted.includes(name)
      ? undefined
      : `${from} may not import ${name}`
  }
  if (specifier.startsWith('.')) {
    const path = relative('packages', join(dirname(file), specifier)).replaceAll('\\', '/')
    if (path.split('/')[0] !== packageOf(file))
      return `${specifier} goes round the front door of a package`
    const to = layerOf(path)
    if (to === undefined) return `${specifier} belongs to no layer`
    return mayImport(from, to) ? undefined : `${from} may not import ${to} (${specifier})`
  }
  if (!specifier.startsWith(OWN)) return undefined
  const [to = '', ...below] = specifier.slice(OWN.length).split('/')
  if (below.length > 0) return `${specifier} is not the front door of its package`
  return mayImport(from, to) ? undefined : `${from} may not import ${to}`
}

/** A hoisted install resolves what nobody declared; publishing does not. */
export function dependencyViolations(tree: Tree): readonly Violation[] {
  const manifests = new Map<string, ReadonlySet<string>>()
  const declaredBy = (packageName: string): ReadonlySet<string> => {
    const known = manifests.get(packageName)
    if (known !== undefined) return known
    const declared = readDeclared(join(tree.root, 'packages', packageName, 'package.json'))
    manifests.set(packageName, declared)
    return declared
  }
  return tree.sources.flatMap(({ file, imports }) =>
    imports
      .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
      .map((specifier) =>
        specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
      )
      .filter((name) => !declaredBy(packageOf(file)).has(name))
      .map((name) => ({ file, message: `${name} is not declared in the package's dependencies` })),
  )
}

function readDeclared(path: string): ReadonlySet<string> {
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const declared = new Set<string>()
  if (typeof manifest !== 'object' || manifest === null) return declared
  for (const [field, value] of Object.entries(manifest)) {
    if (!/^(?:dependencies|optionalDependencies|peerDependencies)$/.test(field)) continue
    for (const name of Object.keys(value as object)) declared.add(name)
  }
  return declared
}

/** No file imports itself by any way round, imports of types included. */
export function cycleViolations(tree: Tree): readonly Violation[] {
  const graph = new Map(tree.files.map((source) => [source.file, importedFiles(tree.root, source)]))
  const done = new Set<string>()
  const violations: Violation[] = []
  const visit = (file: string, trail: readonly string[]): void => {
    if (done.has(file)) return
    const start = trail.indexOf(file)
    if (start !== -1) {
      const cycle = trail.slice(start)
      const message = `cycle: ${[...cycle, file].join(' -> ')}`
      for (const member of cycle) violations.push({ file: member, message })
      return
    }
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return violations
}

function importedFiles(root: string, source: Source): readonly string[] {
  return source.imports
    .filter((specifier) => specifier.startsWith('.') && specifier.endsWith('.ts'))
    .map((specifier) =>
      relative(root, resolve(root, dirname(source.file), specifier)).replaceAll('\\', '/'),
    )
}

/** A file that outgrows its budget holds two concepts. */
export function budgetViolations(tree: Tree): readonly Violation[] {
  return tree.files
    .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ file, lines }) => ({
      file,
      message: `${lines} lines; split it by concept at ${LINES_MAX}`,
    }))
}

const WEB_CRYPTO =
  /\bglobalThis\s*\.\s*crypto\b|\bwebcrypto\b|(?<![\w.'"/-])crypto\s*\.\s*(?:subtle|getRandomValues|randomUUID)\b/
/** Certificates are made by a library that takes a WebCrypto; nothing else may have one. */
const CERTIFICATE_MAKING = /^packages\/server\/src\/listen\/[a-z-]*certificate[a-z-]*\.ts$/

/** Cryptography has one home, so that one package answers for every algorithm. */
export function cryptographyViolations(tree: Tree): readonly Violation[] {
  const violations: Violation[] = []
  for (const { file, imports, code } of tree.sources) {
    if (packageOf(file) === 'crypto') continue
    if (imports.some((specifier) => /^(?:node:)?crypto$/.test(specifier))) {
      violations.push({ file, message: 'only packages/crypto imports node:crypto' })
    }
    if (WEB_CRYPTO.test(code) && !CERTIFICATE_MAKING.test(file)) {
      violations.push({
        file,
        message: 'WebCrypto is for making certificates in server/src/listen only',
      })
    }
    if (imports.some((specifier) => specifier.startsWith('@noble/'))) {
      violations.push({ file, message: 'only packages/crypto imports the noble family' })
    }
  }
  return violations
}

const MAY_MINT = /^packages\/core\/src\/(?:operation\/execute[a-z-]*|policy\/permit)\.ts$/

/** `export *` or a namespace import of the permit's file would let the minting out unnamed. */
const PERMIT_WHOLE = /\*[^'";]*?\bfrom\s*['"][^'"]*\/permit\.ts['"]/

/** Authorization happened wherever a permit exists, because only `execute` can mint one. */
export function permitViolations(tree: Tree): readonly Violation[] {
  return tree.sources
    .filter(({ file }) => !MAY_MINT.test(file))
    .filter(
      ({ code, uncommented }) => /\bmintPermit\b/.test(code) || PERMIT_WHOLE.test(uncommented),
    )
    .map(({ file }) => ({ file, message: 'only core/src/operation/execute*.ts may mint a permit' }))
}

const FORBIDDEN_NAMES = [
  'util',
  'utils',
  'helper',
  'helpers',
  'manager',
  'service',
  'common',
  'misc',
]

/** A name that says nothing gathers what belongs elsewhere. */
export function nameViolations(tree: Tree): readonly Violation[] {
  return tree.files.flatMap(({ file }) =>
    file
      .split(/[/.-]/)
      .filter((part) => FORBIDDEN_NAMES.includes(part))
      .map((part) => ({
        file,
        message: `\`${part}\` names nothing; name the file for what it exports`,
      })),
  )
}

const ANY = /(?:[:<|&,([=]\s*|\b(?:as|extends)\s+)any\b(?!\s*[(:.])/

export function anyViolations(tree: Tree): readonly Violation[] {
  return tree.files
    .filter(({ code }) => ANY.test(code))
    .map(({ file }) => ({ file, message: 'uses `any`; take `unknown` and narrow it' }))
}

/** Every rule by the sentence it enforces. */
export const RULES: Readonly<Record<string, (tree: Tree) => readonly Violation[]>> = {
  'every import follows the layers': layerViolations,
  'every import is declared': dependencyViolations,
  'no import cycles, type imports included': cycleViolations,
  'every file keeps to its budget': budgetViolations,
  'cryptography lives in packages/crypto': cryptographyViolations,
  'only execute mints permits': permitViolations,
  'every name says something': nameViolations,
  'nothing is of type any': anyViolations,
}

/** Whether the root is a tree of ours at all: a rule over nothing is always green. */
export function isOurTree(root: string): boolean {
  return existsSync(join(root, 'packages/core/src/index.ts'))
}
