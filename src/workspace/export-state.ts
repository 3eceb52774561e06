/** What is remembered, as data for other programs; secrets are named, and not even their sealed form is in it. */
import type { Json } from '../base/json.ts'
import type { Store } from '../store/store.ts'

/** The form of `ays state export`; docs/state.md says what is in it. */
export interface ExportedState {
  readonly format: 1
  readonly environment: string
  readonly services: Json
  readonly things: Json
  readonly nodes: Json
  readonly choices: Json
  readonly holds: Json
  readonly actions: Json
  /** The newest first, each with its jobs. */
  readonly runs: Json
  readonly events: Json
}

export function exportState(store: Store, environment: string): ExportedState {
  const { services, tasks, nodes, allocations, holds, actions } = store.memory()
  return {
    format: 1,
    environment,
    services: open([...services.values()]),
    things: open(tasks),
    nodes: open([...nodes.values()]),
    choices: open(allocations),
    holds: open([...holds.values()]),
    actions: open(actions),
    runs: open(store.runs().map((run) => ({ ...run, jobs: store.jobs(run.id) }))),
    events: open(store.events()),
  }
}

/** A sealed secret is `{ sealed, ref }` wherever it stands: its reference stays. */
const open = (value: unknown): Json =>
  JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'sealed' ? undefined : inner))) as Json // from JSON
