/**
 * Zeroed bytes outside V8's heap, for secrets. An array of up to 64 bytes made by its length lies inside, where
 * the collector moves it and leaves copies behind that no wiping reaches; one over its own buffer does not.
 */
export function offHeapBytes(lengthBytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(lengthBytes))
}

/** The same bytes in an array of their own outside V8's heap. */
export function offHeapCopy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copied = offHeapBytes(bytes.length)
  copied.set(bytes)
  return copied
}
