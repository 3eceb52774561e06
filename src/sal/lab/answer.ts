// Reads answers that are lines of a key and a value.

/** The values by key when every key stands exactly once and nothing else does; undefined otherwise. */
export function answerLines<const Key extends string>(
  answer: string,
  keys: readonly Key[],
): Record<Key, string> | undefined {
  const found = new Map<string, string>()
  for (const line of answer.split('\n')) {
    if (line === '') continue
    const space = line.indexOf(' ')
    const key = space < 0 ? line : line.slice(0, space)
    if (found.has(key)) return undefined
    found.set(key, space < 0 ? '' : line.slice(space + 1))
  }
  if (found.size !== keys.length || keys.some((key) => !found.has(key))) return undefined
  return Object.fromEntries(found) as Record<Key, string> // every key was just seen to be there
}
