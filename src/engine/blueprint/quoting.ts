/** Shows a line of YAML as it should be quoted. */

/** The line with its value in single quotes; undefined when it has no `key: value` or `- value` to quote. */
export function quotedLine(line: string): string | undefined {
  const found = /^\s*((?:- +)*(?:[^\s:'"#][^:]*: +|- +))(?![|>&*!{[])(.+?)\s*$/.exec(line)
  if (!found?.[1] || !found[2]) return undefined
  return `${found[1]}'${unquoted(found[2]).replaceAll("'", "''")}'`
}

/** A value that already stands in double quotes keeps what is inside them. */
function unquoted(value: string): string {
  return /^"[^"\\]*"$/.test(value) ? value.slice(1, -1) : value
}
