/** What fits into a number of bytes, and how much does not. */

export const bytesOf = (text: string): number => Buffer.byteLength(text)

/** The first of the lines that fit together, each with its line break. */
export function fitting(lines: Iterable<string>, bytesMax: number): string[] {
  const fit: string[] = []
  let left = bytesMax
  for (const line of lines) {
    left -= bytesOf(line) + 1
    if (left < 0) break
    fit.push(line)
  }
  return fit
}

/** `9,970 more: 5,000 removals, 4,970 restarts`. */
export function countedBy(sorts: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const sort of sorts) counts.set(sort, (counts.get(sort) ?? 0) + 1)
  const parts = [...counts].map(([sort, n]) => `${n.toLocaleString('en')} ${sort}`)
  return `${sorts.length.toLocaleString('en')} more: ${parts.join(', ')}`
}
