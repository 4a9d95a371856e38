// Paths of c2sp.org/tlog-tiles: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`, without the leading
// slash of a URL, so that they serve as file names too.
import { parseDecimal } from './decimal.ts'
import { TlogError } from './error.ts'
import { TILE_WIDTH } from './frontier.ts'

/** A tile of hashes at a level, or a bundle of entries. */
export interface Tile {
  readonly level: number | 'entries'
  /** Position within the level. */
  readonly index: number
  /** Hashes or entries: 256 when full, 1 to 255 when partial. */
  readonly width: number
}

const LEVEL_MAX = 63
const PATH_CHARACTERS_MAX = 64
const INDEX_GROUPS = /^(?:x[0-9]{3}\/)*[0-9]{3}$/

/** The path of the signed checkpoint. */
export const CHECKPOINT_PATH = 'checkpoint'

export function encodeTilePath(tile: Tile): string {
  assertTile(tile)
  const partial = tile.width === TILE_WIDTH ? '' : `.p/${tile.width}`
  return `tile/${tile.level}/${encodeTileIndex(tile.index)}${partial}`
}

/** Accepts exactly what `encodeTilePath` writes. */
export function parseTilePath(path: string): Tile {
  if (path.length > PATH_CHARACTERS_MAX) throw malformed()
  const match = /^tile\/([^/]+)\/(.+?)(?:\.p\/([0-9]+))?$/.exec(path)
  if (match === null) throw malformed()
  const [, levelText = '', indexText = '', widthText] = match
  const level = levelText === 'entries' ? ('entries' as const) : parseDecimal(levelText)
  const width = widthText === undefined ? TILE_WIDTH : parseDecimal(widthText)
  if (level === undefined || width === undefined || !INDEX_GROUPS.test(indexText)) throw malformed()
  if (widthText !== undefined && width === TILE_WIDTH) throw malformed()
  const tile = { level, index: Number(indexText.replaceAll(/[x/]/g, '')), width }
  assertTile(tile)
  // One spelling only: a surplus group such as `x000/001` is refused.
  if (encodeTilePath(tile) !== path) throw malformed()
  return tile
}

/** `1234067` as `x001/x234/067`. */
function encodeTileIndex(index: number): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const groups = padded.match(/.{3}/g) ?? []
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/')
}

function assertTile(tile: Tile): void {
  const { level, index, width } = tile
  const levelFits =
    level === 'entries' || (Number.isSafeInteger(level) && level >= 0 && level <= LEVEL_MAX)
  const indexFits = Number.isSafeInteger(index) && index >= 0
  const widthFits = Number.isSafeInteger(width) && width >= 1 && width <= TILE_WIDTH
  if (!levelFits || !indexFits || !widthFits) throw malformed()
}

function malformed(): TlogError {
  return new TlogError('malformed-path', 'the path is not that of a tile')
}

/** Hashes at `level` of a tree of `size` leaves that stand in tiles: `floor(size / 256^level)`. */
export function hashesAtLevel(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level)
}

/** The tile at a position as a tree of `size` leaves has it, or undefined when it has none there. */
export function tileInTree(
  level: number | 'entries',
  index: number,
  size: number,
): Tile | undefined {
  const hashes = hashesAtLevel(level === 'entries' ? 0 : level, size)
  const width = Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH)
  return width >= 1 ? { level, index, width } : undefined
}

/** Every partial tile of a tree of `size` leaves: the entry bundle first, then the levels upwards. */
export function partialTiles(size: number): Tile[] {
  const tiles: Tile[] = []
  if (size % TILE_WIDTH !== 0) {
    tiles.push({
      level: 'entries',
      index: Math.floor(size / TILE_WIDTH),
      width: size % TILE_WIDTH,
    })
  }
  for (let level = 0; hashesAtLevel(level, size) > 0; level++) {
    const hashes = hashesAtLevel(level, size)
    const width = hashes % TILE_WIDTH
    if (width !== 0) tiles.push({ level, index: Math.floor(hashes / TILE_WIDTH), width })
  }
  return tiles
}
