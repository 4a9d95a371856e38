/**
 * Zeroed bytes outside V8's heap. An array of up to 64 bytes made by its length lies inside, where the
 * collector moves it and leaves copies behind that no wiping reaches; one over its own buffer does not.
 */
export function offHeapBytes(lengthBytes: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(lengthBytes))
}
