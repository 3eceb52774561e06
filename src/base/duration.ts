/** Milliseconds of `5m`, `1h`, `10s`, `2d`, `1w` or a bare number of seconds; undefined when it is none of these. */
export function tryReadDuration(text: string | number): number | undefined {
  const found = /^(\d+)\s*([wdhms]?)$/.exec(String(text).trim())
  if (!found?.[1]) return undefined
  return Number(found[1]) * (UNIT_MS[found[2] || 's'] ?? 1_000)
}

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** `950ms`, `3.2s`, `2m 05s`, `1h 12m`: for people. */
export function showDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)}s`
  if (ms < 3_600_000)
    return `${Math.floor(ms / 60_000)}m ${String(Math.floor((ms % 60_000) / 1_000)).padStart(2, '0')}s`
  return `${Math.floor(ms / 3_600_000)}h ${String(Math.floor((ms % 3_600_000) / 60_000)).padStart(2, '0')}m`
}
