/** A run while it happens: a live block on a terminal, plain lines with the time elsewhere. */
import type { Clock } from '../../base/clock.ts'
import { showDuration } from '../../base/duration.ts'
import type { Progress } from '../../workspace.ts'
import { type Palette, paletteOf } from './paint.ts'
import { oneLine } from './plain-text.ts'
import { afterProgress, blockLines, nothingYet } from './progress-state.ts'
import { showClock } from './runs.ts'
import { widthOf } from './text-width.ts'

export interface ProgressView {
  readonly onProgress: (event: Progress) => void
  /** A line of another's, above the live block. */
  say(line: string): void
  /** Takes the live block away; nothing is drawn afterwards. */
  close(): void
}

/** What is used of a terminal's stream. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  write(text: string): boolean
  on(event: 'resize', listener: () => void): unknown
  off(event: 'resize', listener: () => void): unknown
}

/** One line per thing that ends: `12:01:03 node/n1 storage_engine/a ok 0.4s`. For pipes and CI. */
export function plainProgress(write: (text: string) => void, clock: Pick<Clock, 'now'>): ProgressView {
  const stamp = (): string => showClock(clock.now())
  const told = new Map<string, string>()
  return {
    onProgress: (event) => {
      switch (event.type) {
        case 'run':
          return write(`${stamp()} run ${event.run}: ${event.jobs} job${event.jobs === 1 ? '' : 's'}\n`)
        case 'cancelled':
          return write(`${stamp()} ${cancelWords(event)}\n`)
        case 'started':
          return write(`${stamp()} ${placeOf(event)} started: ${oneLine(event.title)}\n`)
        case 'moving': {
          const line = `${event.node} ${event.service} ${oneLine(event.progress)}`
          // What has not moved since is not told again.
          if (told.get(event.service) !== line) write(`${stamp()} ${line}\n`)
          told.set(event.service, line)
          return
        }
        case 'ended':
          return write(`${stamp()} ${placeOf(event)} ${event.state}${took(event)}${endWords(event)}\n`)
      }
    },
    say: (line) => write(`${stamp()} ${line}\n`),
    close: () => undefined,
  }
}

/** `node/n1 file/motd`; a service whose work is on no node, or that is the node, stands alone. */
const placeOf = ({ node, service }: { readonly node: string; readonly service: string }): string =>
  node === service ? service : `${node} ${service}`

/** A block that is written over ten times a second; finished lines scroll away above it. */
export function liveProgress(stream: Screen, clock: Pick<Clock, 'now'>, color: boolean): ProgressView {
  const palette = paletteOf(color)
  let state = nothingYet(clock.now())
  let drawn: readonly string[] = []
  const width = (): number => Math.max(20, (stream.columns || 80) - 1)

  // One write per frame, between the marks of a synchronized update: a terminal shows it whole.
  const draw = (above: readonly string[], next: readonly string[]): void => {
    const rows = drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(widthOf(bare(line)) / (stream.columns || 80))),
      0,
    )
    const up = rows > 0 ? `\u001b[${rows}A\r` : ''
    const lines = [...above, ...next].map((line) => `${line}\u001b[K\n`).join('')
    stream.write(`\u001b[?2026h${up}${lines}\u001b[J\u001b[?2026l`)
    drawn = next
  }
  const block = (): string[] =>
    blockLines(state, clock.now(), {
      palette,
      width: width(),
      height: Math.min(12, Math.max(3, (stream.rows || 24) - 4)),
    })
  const redraw = (): void => draw([], block())
  const timer = setInterval(redraw, 100)
  timer.unref()
  stream.on('resize', redraw)

  return {
    onProgress: (event) => {
      state = afterProgress(state, event, clock.now())
      if (event.type === 'ended') draw([endedLine(event, palette)], block())
      if (event.type === 'cancelled') draw([palette.warn(cancelWords(event))], block())
    },
    say: (line) => draw([line], block()),
    close: () => {
      clearInterval(timer)
      stream.off('resize', redraw)
      draw([], [])
    },
  }
}

function cancelWords({ by, how, services }: Extract<Progress, { type: 'cancelled' }>): string {
  const what = services ? services.join(', ') : 'this run'
  return `${by} cancels ${what}: ${how === 'now' ? 'what runs on the nodes is ended.' : 'nothing new starts, what runs is finished.'}`
}

type Ended = Extract<Progress, { type: 'ended' }>

function endedLine(event: Ended, palette: Palette): string {
  const [sign, paint] = signs[event.state]
  return `${palette[paint](sign)} ${event.service} ${palette.faint(`${event.node === event.service ? '' : `on ${event.node} `}${event.state === 'ok' ? '' : `${event.state} `}${showDuration(event.ms)}`)}${endWords(event)}`
}

/** What was never begun took no time. */
const took = ({ state, ms }: Ended): string => (state === 'skipped' ? '' : ` ${showDuration(ms)}`)

function endWords({ problem, exceeded }: Ended): string {
  const why = problem ? `: ${problem.code} ${oneLine(problem.message)}` : ''
  return `${why}${exceeded ? ` (more than was shown: ${oneLine(exceeded)})` : ''}`
}

const signs: Record<Ended['state'], readonly [string, keyof Palette]> = {
  ok: ['✔', 'good'],
  error: ['✘', 'bad'],
  skipped: ['·', 'faint'],
  cancelled: ['·', 'warn'],
}

/** Without its colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const bare = (line: string): string => line.replace(/\u001b\[[0-9;]*m/g, '')
