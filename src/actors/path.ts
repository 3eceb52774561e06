/** The path of a service through its state machine, as the machine itself takes it. */
import { initialTransition, transition } from 'xstate'
import { type MachineEvent, type MachineLimits, serviceMachine } from './service-machine.ts'

const limits: MachineLimits = { retriesMs: [], retriesAll: false, attemptsBefore: 0, passesMax: 1, movesMax: 0 }

/** The states that these events lead through, the first and the last among them. */
export function pathOf(events: readonly MachineEvent['type'][]): readonly string[] {
  let [state] = initialTransition(serviceMachine, limits)
  const path = [String(state.value)]
  for (const type of events) {
    const event: MachineEvent = type === 'failed' ? { type, transient: false } : { type }
    ;[state] = transition(serviceMachine, state, event)
    path.push(String(state.value))
  }
  return path
}
