/** The gate behind a wave: its nodes are left alone for a while, and have to be as declared then. */
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { showDuration } from '../base/duration.ts'
import type { Problem } from '../base/problem.ts'
import { type Decision, decideWanted } from '../engine/plan/decide.ts'
import type { WantedThing } from '../engine/plan/world.ts'
import type { Wave } from '../engine/run/wave.ts'
import type { Planned } from './planned.ts'

export interface LookAtWaveOptions {
  readonly planned: Pick<Planned, 'assembly' | 'nodes'>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onWait: (progress: string) => void
}

/** How long something may be under way by itself, or not yet be what it was told to be, after the pause. */
const SETTLES_MS = 30_000
const AGAIN_MS = 1_000
const TOLD_MAX = 5

/** What is wrong with the nodes of the wave; undefined when all that is declared on them is in place, or the run was stopped. */
export async function lookAtWave(
  wave: Wave & { readonly wave: number; readonly waves: number },
  { planned, clock, signal, onWait }: LookAtWaveOptions,
): Promise<Problem | undefined> {
  const { assembly, nodes } = planned
  const things = [...assembly.held.things.values()].filter((thing) => wave.nodes.includes(thing.node) && !thing.later)
  try {
    if (wave.pauseMs) {
      onWait(`waits ${showDuration(wave.pauseMs)} before the nodes of wave ${wave.wave} are looked at`)
      await clock.sleep(wave.pauseMs, signal)
    }
    const until = clock.now() + SETTLES_MS
    for (;;) {
      const wrong = (await Promise.all(wave.nodes.map((node) => wrongOn(node, things, nodes, signal)))).flat()
      if (wrong.length === 0) return undefined
      if (clock.now() >= until) return problemOf(wave, wrong)
      onWait(`${wrong[0]}`)
      await clock.sleep(AGAIN_MS, signal)
    }
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

async function wrongOn(
  node: Address,
  all: readonly WantedThing[],
  nodes: Planned['nodes'],
  signal: AbortSignal,
): Promise<string[]> {
  const things = all.filter((thing) => thing.node === node)
  const questions = things.map(({ kind, thing, wanted }) => ({ kind, thing, wanted }))
  const { problem } = await nodes.look(node, questions, { facts: things.length === 0, signal })
  if (problem) return [problem.message]
  return things.flatMap((thing) => {
    const finding = nodes.seen(node, thing.thing)?.finding
    if (!finding) return [`${thing.thing} on ${node} gave no answer`]
    const decision = decideWanted(thing.kind, thing.thing, thing.wanted, finding, undefined, { left: thing.left })
    const words = wordsOf(decision)
    return words === undefined ? [] : [`${thing.thing} on ${node} ${words}`]
  })
}

function wordsOf({ action, moving, problem, changes }: Decision): string | undefined {
  if (moving) return `is under way: ${moving.progress}`
  if (action === 'unknown') return `could not be seen: ${problem?.message ?? 'no answer'}`
  if (action === 'none' || action === 'adopt') return undefined
  return `is not as declared: ${changes.map((change) => change.path || 'it').join(', ')}`
}

function problemOf({ wave, waves, nodes }: Parameters<typeof lookAtWave>[0], wrong: readonly string[]): Problem {
  const rest = wrong.length - TOLD_MAX
  const more = rest > 0 ? `; and ${rest} more` : ''
  const left = waves - wave === 1 ? 'the last wave was' : `the ${waves - wave} waves behind it were`
  return {
    code: 'WAVE_FAILED',
    message: `Wave ${wave} (${nodes.length === 1 ? nodes[0] : `${nodes.length} nodes`}) is not healthy: ${wrong.slice(0, TOLD_MAX).join('; ')}${more}. So ${left} not begun.`,
    hint: 'Mend those nodes or the blueprint, and apply again: it goes on from what it sees.',
  }
}
