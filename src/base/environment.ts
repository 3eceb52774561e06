/** What the process was started with. The only file that reads `process.env`; everything else is given names and values. */

/** One variable; undefined when it is not set or empty. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name] || undefined
}

/** For child processes: everybody's variables without those that hold secrets. */
export function environmentVariables(): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !kept.has(name)))
}

/** Those that hold secrets too: for another ays, and for the person's own programs that give secrets. */
export function wholeEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}

/** From now on these variables stay with ays: what runs beside it, such as ssh and git, could show them to others. */
export function keepFromChildren(names: readonly string[]): void {
  for (const name of names) kept.add(name)
}

const kept = new Set<string>()
