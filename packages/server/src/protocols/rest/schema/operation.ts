import { Type } from 'typebox'
import { Closed } from './value.ts'

export const HealthAnswer = Closed(
  {
    live: Type.Literal(true, { description: 'The process answers' }),
    ready: Type.Boolean({ description: 'It would serve a data operation' }),
    initialized: Type.Boolean(),
    sealed: Type.Boolean(),
    logFailing: Type.Boolean(),
    emergency: Type.Boolean({ description: 'An emergency credential is open' }),
  },
  { $id: 'HealthAnswer' },
)
