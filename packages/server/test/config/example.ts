import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const DOCUMENT = join(import.meta.dirname, '../../../../docs/operations/configuration.md')

export const CONFIGURATION_DOCUMENT = readFileSync(DOCUMENT, 'utf8')

/** The complete example of the document. */
export const EXAMPLE = /```toml\n([^]*?)```/.exec(CONFIGURATION_DOCUMENT)?.[1] ?? ''
