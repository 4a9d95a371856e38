/*
 * Whatever a log shows may have come from a peer: a terminal must not obey it (CWE-150), and it must not
 * look like another line. C0, DEL and C1 hold the escape sequences (ECMA-48 §5); the others end a line or
 * turn the direction of text (Unicode Technical Report 36 §2.5).
 */
const UNPRINTABLE =
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** For a line of text: line breaks become spaces, everything else its code. */
export function printable(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(UNPRINTABLE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** For JSON that is written: the same characters as JSON's own escapes, so that the value is unchanged. */
export function printableJson(json: string): string {
  return json.replace(
    UNPRINTABLE,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
