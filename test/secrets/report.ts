/** What a search gave, for people. */
import type { Result } from '../e2e/world.ts'
import type { Evidence, Hit } from './search.ts'

/** What an `ays` said. */
export const saidBy = (args: readonly string[], { stdout, stderr }: Result): Evidence[] => [
  { from: `stdout of ays ${args.join(' ')}`, bytes: Buffer.from(stdout) },
  { from: `stderr of ays ${args.join(' ')}`, bytes: Buffer.from(stderr) },
]

/** ays itself, to which its person gave them, and the program of theirs that it asks for secrets. */
export const mayKnow = (command: string): boolean =>
  / \S*bin\/ays\.js /.test(`${command} `) || /\.\/pass|^cat kept\//.test(command)

/** One line for each place, with the first that was found there. */
export function report(hits: readonly Hit[]): string[] {
  const places = new Map<string, Hit[]>()
  for (const hit of hits) places.set(hit.from, [...(places.get(hit.from) ?? []), hit])
  return [...places].map(([from, [first, ...more]]) =>
    first ? `${from}: s${first.value} ${first.form}, ${JSON.stringify(first.around)}, and ${more.length} more` : from,
  )
}

/** Prints how much was searched. */
export function tell(evidence: readonly Evidence[]): void {
  const bytes = evidence.reduce((sum, one) => sum + one.bytes.length, 0)
  console.log(`${evidence.length} outputs, files and processes with ${bytes} bytes were searched`)
}
