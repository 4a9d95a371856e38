import { KeeperError } from '../../error.ts'
import type { Principal } from '../../principal/principal.ts'

/** Nobody comes in as an emergency's principal but by its shares. */
export function assertNotEmergency({ emergency, name }: Principal): void {
  if (emergency !== true) return
  throw new KeeperError('denied', `\`${name}\` is for emergencies: its shares alone open it`)
}
