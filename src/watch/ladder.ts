/** When a failed attempt is made again. */

/** AYS's own: 10 s, 30 s, 1 min, 5 min, 10 min, half an hour; then no more. */
export const LADDER_MS: readonly number[] = [10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000]

/** How often it is tried what a rule of policy.yaml denies: at another hour the rule may let it pass. */
export const DENIED_EVERY_MS = 1_800_000

/** After so many failed attempts, the last of them at `failedAt`; undefined: it is given up. */
export function nextAttempt(
  failed: number,
  failedAt: number,
  ladderMs: readonly number[] = LADDER_MS,
): number | undefined {
  const waitMs = ladderMs[failed - 1]
  return waitMs === undefined ? undefined : failedAt + waitMs
}
