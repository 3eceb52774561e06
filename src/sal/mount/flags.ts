// Mount options that every file system has, and that can be told from a live mount.

const opposite = new Map([
  ['ro', 'rw'],
  ['nosuid', 'suid'],
  ['nodev', 'dev'],
  ['noexec', 'exec'],
  ['noatime', 'atime'],
])

/** Flags that are not as the options say. What they do not mention may be as it likes. */
export const flagsOff = (options: readonly string[], flags: readonly string[]): string[] =>
  [...opposite].flatMap(([on, off]) => {
    const wanted = saying(options, on, off)
    return wanted !== undefined && wanted !== flags.includes(on) ? [on] : []
  })

/** The flags once the options are in force. */
export const flagsAfter = (options: readonly string[], flags: readonly string[]): string[] =>
  [...opposite].filter(([on, off]) => saying(options, on, off) ?? flags.includes(on)).map(([on]) => on)

/** The last of the two counts, as for mount(8). */
function saying(options: readonly string[], on: string, off: string): boolean | undefined {
  const last = options
    .flatMap((option) => option.split(','))
    .filter((word) => word === on || word === off)
    .at(-1)
  return last === undefined ? undefined : last === on
}
