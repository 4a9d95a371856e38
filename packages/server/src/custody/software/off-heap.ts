export { offHeapBytes } from '@claviger/crypto'
