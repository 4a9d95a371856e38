import type { Review, ReviewedPrincipal } from './review-file.ts'

/** The review as a page of Markdown, for people. What it says is proved by the file beside it. */
export function reviewPage(review: Review, digest: string, entry: number): string {
  const { tenant, at, by, staleDays, log, principals, groups, quorums, policies } = review
  const names = new Map(principals.map(({ id, name }) => [id, name]))
  const groupNames = new Map(groups.map(({ id, name }) => [id, name]))
  const since = log.since === undefined ? 'its first entry' : log.since
  return [
    `# Access review of ${text(tenant)}, ${at.slice(0, 10)}`,
    '',
    `Made ${at} by ${text(by.name)}; entry ${entry} of the log, SHA-256 \`${digest}\`.`,
    `Uses are known from ${log.entries} entries back to ${since}; stale is who was not seen for ${staleDays} days.`,
    ...(review.damaged.length === 0
      ? []
      : ['', `Not read: ${review.damaged.map(text).join(', ')}`]),
    section(
      'Duties',
      ['', 'rule', 'of', 'what'],
      review.findings.map(({ severity, rule, kind, name, message }) => [
        severity,
        rule,
        `${kind} ${name}`,
        message,
      ]),
    ),
    section(
      'Principals',
      ['name', 'kind', 'roles', 'comes in', 'last seen', ''],
      principals.map(row),
    ),
    section(
      'What each may do',
      ['name', 'actions'],
      principals.map(({ name, may }) => [name, may.join(' ')]),
    ),
    section(
      'Tokens',
      ['of', 'description', 'state', 'expires', 'last seen', ''],
      tokens(principals),
    ),
    section(
      'Quorums',
      ['name', 'approvals', 'of', 'actions'],
      quorums.map(({ name, approvals, group, actions }) => [
        name,
        String(approvals),
        groupNames.get(group) ?? group,
        actions.join(' '),
      ]),
    ),
    section(
      'Groups',
      ['name', 'members'],
      groups.map(({ name, members }) => [
        name,
        members.map(({ principal }) => names.get(principal) ?? principal).join(' '),
      ]),
    ),
    section(
      'Policies',
      ['name', 'SHA-256'],
      policies.map(({ name, sha256 }) => [name, sha256]),
    ),
    section(
      'Kept by protocols',
      ['kind', 'how many'],
      Object.entries(review.kept).map(([kind, count]) => [kind, String(count)]),
    ),
    '',
  ].join('\n')
}

function row(principal: ReviewedPrincipal): readonly string[] {
  const { name, kind, roles, disabled, lastSeen = 'never', stale } = principal
  const notes = [disabled ? 'shut out' : '', stale ? 'stale' : '']
  return [name, kind, roles.join(' '), comesInBy(principal), lastSeen, notes.join(' ').trim()]
}

function comesInBy({ tokens: all, certificates, approverKeys }: ReviewedPrincipal): string {
  const live = all.filter(({ state }) => state === 'live').length
  return `${live} tokens, ${certificates} certificates; ${approverKeys.length} approver keys`
}

function tokens(principals: readonly ReviewedPrincipal[]): readonly (readonly string[])[] {
  return principals.flatMap(({ name, tokens: all }) =>
    all.map(({ description, state, expiresAt, lastSeen = 'never', unused, stale }) => {
      const notes = [unused ? 'unused' : '', stale ? 'stale' : ''].join(' ').trim()
      return [name, description, state, expiresAt, lastSeen, notes]
    }),
  )
}

function section(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = rows.map((cells) => `| ${cells.map(text).join(' | ')} |`)
  const table = [`| ${heads.join(' | ')} |`, `|${heads.map(() => '---').join('|')}|`, ...lines]
  return `\n## ${title}\n\n${rows.length === 0 ? 'None.' : table.join('\n')}`
}

/** Names and descriptions are other people's: none of them becomes markup or another row. */
function text(value: string): string {
  return value
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
    .replaceAll(/[\\`*_[\]<>|#!&]/g, (sign) => `\\${sign}`)
}
