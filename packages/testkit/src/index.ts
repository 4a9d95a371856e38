export * from './memory-store.ts'
export * from './store-contract.ts'
export * from './store-records.ts'
