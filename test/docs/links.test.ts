/** What the documents point at is there: links, anchors, the files they name as evidence, the ADRs. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, test } from 'node:test'
import { LAYERS, layerNamed } from '../architecture/layers.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const NOT_OURS = ['**/node_modules/**', '**/dist/**', '**/.claviger/**']
/** Documents that prove what they say by naming files. */
const EVIDENCE = ['docs/design/one-request.md', 'docs/design/known-failures.md']

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const documents = globSync('**/*.md', { cwd: ROOT, exclude: NOT_OURS })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !path.includes('node_modules/'))
  .toSorted()

/** Markdown without its blocks of code and its inline code: what stands there is no link. */
function prose(markdown: string): string {
  return markdown
    .replaceAll(/^(`{3,}|~{3,})[^]*?^\1[^\n]*$/gm, '')
    .replaceAll(/<!--[^]*?-->/g, '')
    .replaceAll(/(`+)[^`]+\1/g, (code) => code.replaceAll(/[^\n`]/g, ' '))
}

/** Inline links and images, and link definitions (CommonMark §6.3, §4.7). */
function targetsOf(markdown: string): readonly string[] {
  const text = prose(markdown)
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)]
  const defined = [...text.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?/gm)]
  return [...inline, ...defined].map(([, target]) => target as string)
}

/** The anchors that GitHub gives headings: lower case, punctuation dropped, a number on repeats. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  const seen = new Map<string, number>()
  const withoutCode = markdown.replaceAll(/^(`{3,}|~{3,})[^]*?^\1[^\n]*$/gm, '')
  for (const [, heading] of withoutCode.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const slug = (heading as string)
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replaceAll(' ', '-')
    const repeats = seen.get(slug) ?? 0
    seen.set(slug, repeats + 1)
    anchors.add(repeats === 0 ? slug : `${slug}-${repeats}`)
  }
  for (const [, name] of withoutCode.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) {
    anchors.add(name as string)
  }
  return anchors
}

function problemOf(document: string, target: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('//')) return undefined
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? document : join(dirname(document), decodeURIComponent(path))
  if (relative('.', file).startsWith('..')) return `${target} leads out of the repository`
  if (!existsSync(join(ROOT, file))) return `${target} is not there`
  if (anchor === undefined || anchor === '' || statSync(join(ROOT, file)).isDirectory()) {
    return undefined
  }
  if (!file.endsWith('.md')) return undefined
  return anchorsOf(read(file)).has(decodeURIComponent(anchor))
    ? undefined
    : `${target} names no heading`
}

describe('links', () => {
  assert.ok(documents.length > 0, 'there are documents to check')
  for (const document of documents) {
    test(`${document}: every relative link resolves`, () => {
      const problems = targetsOf(read(document))
        .map((target) => problemOf(document, target))
        .filter((problem) => problem !== undefined)
      assert.deepEqual(problems, [])
    })
  }
})

describe('evidence', () => {
  for (const document of EVIDENCE) {
    test(`${document}: every file it names is there`, () => {
      const named = [
        ...read(document).matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjs|md|json|sql))`/g),
      ]
      const files = named.map(([, file]) => file as string)
      assert.ok(files.length > 0, 'it names files')
      assert.deepEqual(
        files.filter((file) => !existsSync(join(ROOT, file))),
        [],
      )
    })
  }

  test('every test that known-failures quotes is in the file it names', () => {
    const quoted = /`([\w./-]+\.test\.ts)`,?\s+"([^"]+)"/g
    const missing: string[] = []
    for (const [, file, title] of read('docs/design/known-failures.md').matchAll(quoted)) {
      const source = existsSync(join(ROOT, file as string)) ? read(file as string) : ''
      if (!source.includes((title as string).replaceAll(/\s+/g, ' ')))
        missing.push(`${file}: ${title}`)
    }
    assert.deepEqual(missing, [])
  })
})

describe('decisions', () => {
  const records = globSync('docs/adr/[0-9]*.md', { cwd: ROOT }).map((path) =>
    path.replaceAll('\\', '/').slice('docs/adr/'.length),
  )

  test('every ADR is in the index', () => {
    const index = new Set(targetsOf(read('docs/adr/README.md')))
    assert.deepEqual(
      records.filter((record) => !index.has(record)),
      [],
    )
  })

  test('every ADR has a number of its own', () => {
    const numbers = records.map((record) => record.slice(0, 4))
    assert.equal(new Set(numbers).size, numbers.length)
  })
})

describe('specifications', () => {
  test('every specification is in the index', () => {
    const index = new Set(targetsOf(read('docs/spec/README.md')))
    const specifications = globSync('docs/spec/*.md', { cwd: ROOT })
      .map((path) => path.replaceAll('\\', '/').slice('docs/spec/'.length))
      .filter((name) => name !== 'README.md')
    assert.deepEqual(
      specifications.filter((name) => !index.has(name)),
      [],
    )
  })
})

describe('architecture', () => {
  test('its table of layers is the one that the law has', () => {
    const [, table = ''] = read('docs/design/architecture.md').split(/<!-- (?:layers|end) -->/)
    const rows = [...table.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)].map(([, layer, imports]) => [
      layer as string,
      [...(imports as string).matchAll(/`([^`]+)`/g)].map(([, name]) => name as string).toSorted(),
    ])
    const names = [...Object.keys(LAYERS), 'server/protocols/<p>']
    const law = names.map((name) => [
      name,
      (layerNamed(name)?.imports ?? []).map((to) => to.replace('*', '<p>')).toSorted(),
    ])
    assert.deepEqual(Object.fromEntries(rows), Object.fromEntries(law))
  })
})

describe('the checker itself', () => {
  test('finds links and passes over code', () => {
    const markdown = [
      '[a](b.md) ![i](c.png "t")',
      '`[x](no.md)`',
      '```',
      '[y](no.md)',
      '```',
      '[r]: d.md',
    ].join('\n')
    assert.deepEqual(targetsOf(markdown), ['b.md', 'c.png', 'd.md'])
  })

  test('makes anchors as GitHub does', () => {
    const anchors = anchorsOf('# One `two`, three\n## A\n## A\n```\n# no\n```\n')
    assert.deepEqual([...anchors], ['one-two-three', 'a', 'a-1'])
  })

  test('names what is broken', () => {
    assert.equal(problemOf('docs/x.md', 'nowhere.md'), 'nowhere.md is not there')
    assert.equal(
      problemOf('docs/x.md', '../../etc/passwd'),
      '../../etc/passwd leads out of the repository',
    )
    assert.equal(
      problemOf('docs/x.md', 'design/lifecycle.md#no-such'),
      'design/lifecycle.md#no-such names no heading',
    )
    assert.equal(
      problemOf('docs/x.md', 'design/lifecycle.md#key-types-and-their-periods'),
      undefined,
    )
  })
})
