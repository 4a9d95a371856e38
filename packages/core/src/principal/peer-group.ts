/** Who counts as one peer: IPv6 by its /64, which one site has whole; IPv4 as it is, also when mapped. */
export function peerGroup(peer: string): string {
  const zone = peer.indexOf('%')
  const address = (zone < 0 ? peer : peer.slice(0, zone)).toLowerCase()
  if (!address.includes(':')) return address
  if (/^::ffff:[0-9.]+$/.test(address)) return address.slice('::ffff:'.length)
  const [head = '', tail] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  const all = tail === undefined ? before : [...before, ...zeros, ...after]
  return `${all
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
