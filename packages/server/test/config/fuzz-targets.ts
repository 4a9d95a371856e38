import { encodeUtf8 } from '@claviger/bytes'
import { ConfigError, parseConfig } from '../../src/config/parse-config.ts'
import { settingLines } from '../../src/config/setting-place.ts'
import { EXAMPLE } from './example.ts'

export interface FuzzTarget {
  readonly name: string
  readonly seeds: Uint8Array[]
  parse(input: Uint8Array): void
  isExpected(error: unknown): boolean
}

const SEEDS = [
  EXAMPLE,
  'folder = "data"\nlisten = { port = 1, names = ["a", "b"] }\n',
  'folder = """\na"""\n"listen".\'port\' = 0x1F\n[[cache]]\nkeys = 1979-05-27T07:32:00Z # x\n',
]

/** Any text gives a Config or a ConfigError of lines that a terminal can take. */
export const fuzzTargets: FuzzTarget[] = [
  {
    name: 'configuration',
    seeds: SEEDS.map(encodeUtf8),
    parse: (input) => void parseConfig(new TextDecoder().decode(input), '/etc/claviger'),
    isExpected: (error) =>
      error instanceof ConfigError &&
      error.mistakes.length > 0 &&
      // oxlint-disable-next-line no-control-regex -- none may reach a terminal
      error.mistakes.every((mistake) => /^[^\u0000-\u001f\u007f-\u009f]+$/.test(mistake)),
  },
  {
    name: 'places of settings',
    seeds: SEEDS.map(encodeUtf8),
    parse: (input) => void settingLines(Buffer.from(input).toString('latin1')),
    isExpected: () => false,
  },
]
