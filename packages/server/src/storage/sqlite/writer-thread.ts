import { parentPort, workerData } from 'node:worker_threads'
import { openConnection } from './connection.ts'
import { BatchWriter } from './write-batch.ts'
import { serve, type WriterRequest } from './writer.ts'

const writer = new BatchWriter(openConnection(workerData as string, 'write'))

parentPort?.on('message', (request: WriterRequest) => {
  parentPort?.postMessage(serve(writer, request))
})
