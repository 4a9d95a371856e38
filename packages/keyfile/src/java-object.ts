// Serialized Java objects (Java Object Serialization Specification, chapter 6), as far as secret keys in a JCEKS store
// need them: data is read, no class is known and nothing is run. Subset: objects, byte arrays, strings, enums.
// Refused: externalizable objects, exceptions, proxies, other arrays.
import type { ByteReader } from '@claviger/bytes'
import { KeyFileError, malformed, unsupported } from './error.ts'
import { readJavaText } from './java-text.ts'

const STREAM_HEADER = 0xaced0005
const FIRST_HANDLE = 0x7e0000
const FIELDS_MAX = 64
const CLASSES_MAX = 16
const DEPTH_MAX = 8
const BYTES_MAX = 256 * 1024

const TC = {
  null: 0x70,
  reference: 0x71,
  classDescription: 0x72,
  object: 0x73,
  string: 0x74,
  array: 0x75,
  endBlock: 0x78,
  enum: 0x7e,
} as const
const FLAG = { writeMethod: 1, serializable: 2 } as const
/** How many bytes each primitive has. */
const PRIMITIVE_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  C: 2,
  D: 8,
  F: 4,
  I: 4,
  J: 8,
  S: 2,
  Z: 1,
}

interface ClassDescription {
  readonly name: string
  readonly flags: number
  readonly fields: readonly { readonly name: string; readonly type: string }[]
  above: ClassDescription | undefined
  /** Whether what is above has been read. */
  isWhole: boolean
}

export interface JavaObject {
  readonly className: string
  readonly fields: Map<string, JavaValue>
}
export type JavaValue = string | Uint8Array | JavaObject | undefined
type Handle = JavaValue | { readonly description: ClassDescription }

/** The one object of a stream; the reader then stands behind it. Byte arrays are views. */
export function readJavaObject(reader: ByteReader): JavaObject {
  if (reader.u32() !== STREAM_HEADER) throw malformed('a secret key is no Java object')
  const value = new ObjectReader(reader).value(0)
  if (value === undefined || typeof value === 'string' || value instanceof Uint8Array) {
    throw malformed('a secret key is no Java object')
  }
  return value
}

class ObjectReader {
  readonly #reader: ByteReader
  readonly #handles: Handle[] = []

  constructor(reader: ByteReader) {
    this.#reader = reader
  }

  value(depth: number): JavaValue {
    if (depth > DEPTH_MAX) throw new KeyFileError('too-large', 'an object is nested too deeply')
    const tag = this.#reader.u8()
    switch (tag) {
      case TC.null:
        return undefined
      case TC.reference: {
        const known = this.#reference()
        if (typeof known === 'object' && 'description' in known)
          throw malformed('an object is not of its form')
        return known
      }
      case TC.string:
        return this.#string()
      case TC.array:
        return this.#array()
      case TC.object:
        return this.#object(depth)
      case TC.enum: {
        const { name: className } = this.#describedClass()
        const made: JavaObject = { className, fields: new Map() }
        this.#handles.push(made)
        made.fields.set('name', this.value(depth + 1))
        return made
      }
      default:
        throw unsupported('a secret key is a Java object of a kind that is not read here')
    }
  }

  #string(): string {
    const text = readJavaText(this.#reader)
    this.#handles.push(text)
    return text
  }

  #array(): Uint8Array {
    const { name } = this.#describedClass()
    if (name !== '[B') throw unsupported('a secret key has a part that is not read here')
    const at = this.#handles.push(undefined) - 1
    const bytes = this.#reader.vector(4, BYTES_MAX)
    this.#handles[at] = bytes
    return bytes
  }

  #object(depth: number): JavaObject {
    const description = this.#describedClass()
    const made: JavaObject = { className: description.name, fields: new Map() }
    this.#handles.push(made)
    const classes: ClassDescription[] = []
    for (let one: ClassDescription | undefined = description; one; one = one.above) {
      if (classes.unshift(one) > CLASSES_MAX) throw malformed('a class is above itself')
    }
    for (const { flags, fields } of classes) {
      if ((flags & ~FLAG.writeMethod) !== FLAG.serializable) {
        throw unsupported('a secret key writes itself in a way that is not read here')
      }
      for (const { name, type } of fields) {
        const bytes = PRIMITIVE_BYTES[type]
        made.fields.set(
          name,
          bytes === undefined ? this.value(depth + 1) : this.#reader.bytes(bytes),
        )
      }
      if ((flags & FLAG.writeMethod) !== 0) this.#endBlock()
    }
    return made
  }

  #describedClass(): ClassDescription {
    const first = this.#optionalClass()
    if (first === undefined) throw malformed('an object is of no class')
    let last = first
    // A class that was seen before has its ancestors already.
    for (let count = 0; !last.isWhole; count++) {
      if (count > CLASSES_MAX) throw new KeyFileError('too-large', 'a class has too many above it')
      const above = this.#optionalClass()
      last.isWhole = true
      if (above === undefined) break
      last.above = above
      last = above
    }
    return first
  }

  #optionalClass(): ClassDescription | undefined {
    const tag = this.#reader.u8()
    if (tag === TC.null) return undefined
    if (tag === TC.reference) {
      const known = this.#reference()
      if (typeof known === 'object' && 'description' in known) return known.description
      throw malformed('an object is not of its form')
    }
    if (tag !== TC.classDescription) throw unsupported('a class is of a kind that is not read here')
    const name = readJavaText(this.#reader)
    this.#reader.bytes(8)
    const fields: { name: string; type: string }[] = []
    const at = this.#handles.push(undefined) - 1
    const flags = this.#reader.u8()
    const count = this.#reader.u16()
    if (count > FIELDS_MAX) throw new KeyFileError('too-large', 'a class has too many fields')
    for (let index = 0; index < count; index++) fields.push(this.#field())
    this.#endBlock()
    const description: ClassDescription = { name, flags, fields, above: undefined, isWhole: false }
    this.#handles[at] = { description }
    return description
  }

  #field(): { name: string; type: string } {
    const type = String.fromCharCode(this.#reader.u8())
    const name = readJavaText(this.#reader)
    if (type === '[' || type === 'L') {
      if (typeof this.value(DEPTH_MAX) !== 'string') throw malformed('a field is of no type')
    } else if (!Object.hasOwn(PRIMITIVE_BYTES, type)) throw malformed('a field is of no type')
    return { name, type }
  }

  #endBlock(): void {
    if (this.#reader.u8() !== TC.endBlock) {
      throw unsupported('a secret key has a part that is not read here')
    }
  }

  #reference(): Handle {
    const at = this.#reader.u32() - FIRST_HANDLE
    const known = at >= 0 ? this.#handles[at] : undefined
    if (known === undefined) throw malformed('an object refers to what is not there')
    return known
  }
}
