/** What the process was started with. The only file that reads `process.env`; everything else is given names and values. */

/** One variable; undefined when it is not set or empty. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name] || undefined
}

/** All variables, for child processes. */
export function environmentVariables(): Readonly<Record<string, string | undefined>> {
  return process.env
}
