/** Cutting white space off texts by looking at each end only: a regular expression takes quadratic time on long runs inside. */

/** Without what Spark trims before a cast: spaces and control characters, up to U+0020. */
export const trimControls = (text: string): string => cut(text, (code) => code <= 0x20, true, true)
/** Without spaces (U+0020) at the ends that are asked for. */
export const trimSpaces = (text: string, left: boolean, right: boolean): string => cut(text, (code) => code === 0x20, left, right)

function cut(text: string, isSpace: (code: number) => boolean, left: boolean, right: boolean): string {
  let from = 0
  let to = text.length
  while (left && from < to && isSpace(text.charCodeAt(from))) from++
  while (right && to > from && isSpace(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}
