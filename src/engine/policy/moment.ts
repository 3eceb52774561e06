/** An instant as the clock on the wall shows it in a time zone: `now` in rules. */

/** Its members are what rules may read. */
export class Moment {
  readonly year: bigint
  readonly month: bigint
  readonly day: bigint
  readonly hour: bigint
  readonly minute: bigint
  /** `mon` to `sun`. */
  readonly weekday: string
  /** `2026-11-21`: days compare as texts do. */
  readonly date: string
  /** `08:30`, likewise. */
  readonly time: string

  constructor(ms: number, timeZone: string) {
    const parts = new Map(
      clockOf(timeZone)
        .formatToParts(ms)
        .map(({ type, value }) => [type, value]),
    )
    const text = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? ''
    this.year = BigInt(text('year'))
    this.month = BigInt(text('month'))
    this.day = BigInt(text('day'))
    this.hour = BigInt(text('hour'))
    this.minute = BigInt(text('minute'))
    this.weekday = text('weekday').toLowerCase()
    this.date = `${text('year')}-${text('month')}-${text('day')}`
    this.time = `${text('hour')}:${text('minute')}`
  }
}

/** Whether there is such a time zone: `UTC`, `Europe/Brussels`. */
export function isTimeZone(name: string): boolean {
  try {
    clockOf(name)
    return true
  } catch {
    return false // the one thing that the constructor refuses here
  }
}

const clockOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    weekday: 'short',
  })
