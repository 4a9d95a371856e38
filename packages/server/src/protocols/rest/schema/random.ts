import { Type } from 'typebox'
import { Bytes, Closed, Entry } from './value.ts'

export const RandomRequest = Closed(
  { lengthBytes: Type.Integer({ minimum: 1, maximum: 65_536 }) },
  { $id: 'RandomRequest' },
)
export const RandomAnswer = Closed(
  { random: Bytes('Fresh bytes from the approved generator'), entry: Entry },
  { $id: 'RandomAnswer' },
)
