// Readers of the formats, written from their specifications and sharing nothing with the writers.

export interface SyslogMessage {
  readonly priority: number
  readonly header: readonly string[]
  readonly parameters: Readonly<Record<string, string>>
  readonly message: string
}

/** RFC 5424 §6, one character at a time. */
export function decodeSyslog(text: string): SyslogMessage {
  const head = /^<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) \[([!-~]+?)(?=[ \]])/.exec(text)
  if (head === null) throw new Error(`no header: ${text}`)
  const parameters: Record<string, string> = {}
  let at = head[0].length
  while (text[at] === ' ') {
    const end = text.indexOf('="', at)
    const name = text.slice(at + 1, end)
    let value = ''
    at = end + 2
    while (text[at] !== '"') {
      if (at >= text.length || text[at] === ']') throw new Error(`an unescaped end in ${name}`)
      if (text[at] === '\\' && '"\\]'.includes(text[at + 1] ?? '-')) at += 1
      value += text[at]
      at += 1
    }
    parameters[name] = value
    at += 1
  }
  if (text.slice(at, at + 3) !== '] \ufeff') throw new Error('no end of the data, or no mark')
  return {
    priority: Number(head[1]),
    header: head.slice(2, 7),
    parameters,
    message: text.slice(at + 3),
  }
}

/** RFC 6587 §3.4.1. */
export function decodeOctetCounted(bytes: Buffer): string[] {
  const messages: string[] = []
  let at = 0
  while (at < bytes.length) {
    const space = bytes.indexOf(' ', at)
    const end = space + 1 + Number(bytes.toString('latin1', at, space))
    if (end > bytes.length) throw new Error('cut short')
    messages.push(bytes.toString('utf8', space + 1, end))
    at = end
  }
  return messages
}

export interface CefRecord {
  readonly header: readonly string[]
  readonly extension: Readonly<Record<string, string>>
}

export function decodeCef(text: string): CefRecord {
  const header: string[] = []
  let field = ''
  let at = 0
  for (; header.length < 7; at++) {
    if (at >= text.length) throw new Error('the header ends early')
    if (text[at] === '|') {
      header.push(field)
      field = ''
    } else {
      if (text[at] === '\\') at += 1
      field += text[at]
    }
  }
  return { header, extension: decodeExtension(text.slice(at)) }
}

/** A key is what stands between the last space and an equals sign that nothing escapes. */
function decodeExtension(text: string): Record<string, string> {
  const extension: Record<string, string> = {}
  let key = ''
  let value = ''
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') {
      at += 1
      const escaped = text[at] ?? ''
      value += escaped === 'n' ? '\n' : escaped === 'r' ? '\r' : escaped
    } else if (text[at] === '=') {
      const space = value.lastIndexOf(' ')
      if (key !== '') extension[key] = value.slice(0, Math.max(space, 0))
      key = value.slice(space + 1)
      value = ''
    } else value += text[at]
  }
  if (key !== '') extension[key] = value
  return extension
}
