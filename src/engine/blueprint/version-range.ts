/** Ranges of versions, as `ays:` in ays.yaml has them. */

/**
 * Whether a version (`1.4.2`) is in a range: comparisons with spaces between, all of which hold (`>=1.2 <2`).
 * `^1.2`: up to the next major; `~1.2`: up to the next minor; a bare or `=` version: that one, or any that begins so.
 */
export function meetsRange(version: string, range: string): boolean {
  const have = numbersOf(version)
  return [...range.matchAll(/([<>]=?|=|\^|~)?\s*(\d+(?:\.\d+){0,2})/g)].every(([, sign = '=', wanted = '']) => {
    const want = numbersOf(wanted)
    const order = compare(have, want)
    switch (sign) {
      case '>=':
        return order >= 0
      case '>':
        return order > 0
      case '<=':
        return order <= 0
      case '<':
        return order < 0
      case '^':
        // Before 1.0 the second number is the one that breaks.
        return order >= 0 && sameStart(have, want, want[0] === 0 ? 2 : 1)
      case '~':
        return order >= 0 && sameStart(have, want, 2)
      default:
        return sameStart(have, want, want.length)
    }
  })
}

const numbersOf = (version: string): number[] =>
  (/^\d+(?:\.\d+)*/.exec(version.trim())?.[0] ?? '0').split('.').map(Number)

const sameStart = (a: readonly number[], b: readonly number[], length: number): boolean =>
  Array.from({ length }, (_, i) => (a[i] ?? 0) === (b[i] ?? 0)).every(Boolean)

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
