/**
 * The request's context: the values of a condition key, by its name in lower case (names of condition keys
 * are not case sensitive). Undefined or empty: the key is not in the context of this request.
 */
export type Lookup = (name: string) => readonly string[] | undefined
