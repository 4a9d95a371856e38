import { MemoryStore, storeContract } from '@claviger/testkit'

storeContract('memory', async () => ({ store: new MemoryStore(), close: async () => undefined }))
