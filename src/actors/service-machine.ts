/** The one state machine of every service: it looks, compares, repairs and looks again. Template authors write none. */
import { assign, setup } from 'xstate'

export interface MachineLimits {
  /** Waits between attempts after errors that a kind calls transient. Its length is the number of further attempts. */
  readonly retriesMs: readonly number[]
  /** Any error is tried again, not only what a kind calls transient: `--retries`, `$retries`. */
  readonly retriesAll: boolean
  /** Attempts that failed before this run, of which the store knows. */
  readonly attemptsBefore: number
  /** How often commands may run before "still not as wanted" is an error. */
  readonly passesMax: number
  /** How often the node may have moved between look and act. */
  readonly movesMax: number
}

interface MachineContext {
  readonly limits: MachineLimits
  readonly attempts: number
  readonly passes: number
  readonly moves: number
}

export type MachineEvent =
  | { type: 'in place' }
  | { type: 'drifted' }
  | { type: 'moving' }
  | { type: 'unknown' }
  | { type: 'exceeded' }
  | { type: 'done' }
  | { type: 'moved' }
  | { type: 'failed'; transient: boolean }
  | { type: 'lost' }
  | { type: 'stuck' }
  | { type: 'waited' }

const nothingAllowed: MachineLimits = { retriesMs: [], retriesAll: false, attemptsBefore: 0, passesMax: 0, movesMax: 0 }

export const serviceMachine = setup({
  types: { context: {} as MachineContext, events: {} as MachineEvent, input: {} as MachineLimits | undefined },
  guards: {
    attemptsLeft: ({ context, event }) =>
      event.type === 'failed' &&
      (event.transient || context.limits.retriesAll) &&
      context.attempts < context.limits.retriesMs.length,
    passesLeft: ({ context }) => context.passes < context.limits.passesMax,
    movesLeft: ({ context }) => context.moves < context.limits.movesMax,
  },
}).createMachine({
  id: 'service',
  // xstate's pure `transition` makes an actor without input for every step and throws it away: an error there is dear.
  context: ({ input = nothingAllowed }) => ({ limits: input, attempts: input.attemptsBefore, passes: 0, moves: 0 }),
  initial: 'checking',
  states: {
    /** A finding is at hand, or is being asked for, and is judged. */
    checking: {
      on: {
        'in place': 'in place',
        drifted: [{ guard: 'passesLeft', target: 'drifted' }, { target: 'failed' }],
        moving: 'moving',
        unknown: 'unknown',
        exceeded: 'failed',
        lost: 'unknown',
      },
    },
    drifted: { always: { target: 'applying', actions: assign({ passes: ({ context }) => context.passes + 1 }) } },
    applying: {
      on: {
        done: 'checking',
        moved: [
          {
            guard: 'movesLeft',
            target: 'checking',
            actions: assign({ moves: ({ context }) => context.moves + 1, passes: ({ context }) => context.passes - 1 }),
          },
          { target: 'failed' },
        ],
        failed: [
          {
            guard: 'attemptsLeft',
            target: 'backing off',
            actions: assign({
              attempts: ({ context }) => context.attempts + 1,
              passes: ({ context }) => context.passes - 1,
            }),
          },
          { target: 'failed' },
        ],
        lost: 'unknown',
      },
    },
    'backing off': { on: { waited: 'checking', lost: 'unknown', stuck: 'failed' } },
    moving: { on: { waited: 'checking', stuck: 'failed', lost: 'unknown' } },
    'in place': { type: 'final' },
    failed: { type: 'final' },
    unknown: { type: 'final' },
  },
})
