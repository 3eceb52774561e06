/** The words of the blueprint language itself: what they mean, and what they take, for people in editors. */
import type { SchemaPart } from '../engine/graph/schema.ts'

/** A JSON schema with the words that are for people. */
export interface Schema extends SchemaPart {
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: unknown
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly required?: readonly string[]
}

const text: Schema = { type: ['string', 'number'] }
const texts: Schema = { anyOf: [text, { type: 'array', items: text }] }
const duration: Schema = {
  anyOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: '^\\s*\\d+\\s*[wdhms]?\\s*$' },
  ],
}

/** Keys that steer a service. */
export const steering: Readonly<Record<string, Schema>> = {
  $each: {
    description: 'One service for each: a number, a list or a map. `${each.key}` and `${each.value}` are known inside.',
    anyOf: [
      { type: 'integer', minimum: 0, maximum: 10_000 },
      { type: 'array' },
      { type: 'object' },
      { type: 'string' },
    ],
  },
  $if: {
    description: 'Not true: as if the service was not there. An expression, with or without `${…}`.',
    type: ['boolean', 'string'],
  },
  $after: { description: 'Services that come first although no link says so: addresses such as `nas/home`.', ...texts },
  $protect: {
    description: 'A plan that would delete or replace this service is refused.',
    type: 'boolean',
    default: false,
  },
  $moved: { description: 'The former address of the service: it is renamed, not replaced.', type: 'string' },
  $heal: { description: 'False: drift is shown, not repaired by itself.', type: 'boolean', default: true },
  $ignore: {
    description:
      'Fields that others own: as declared when the service is made, from then on neither compared nor changed.',
    ...texts,
  },
  $timeout: {
    description:
      'How long a command of the service may show no sign of life (print nothing) before it is ended: `2h`, `5m`, `30` (seconds).',
    ...duration,
  },
  $retries: {
    description: 'Waits between attempts, such as `[1, 2, 4]` or `5s,10s`; 0 for none.',
    anyOf: [{ type: 'integer', minimum: 0 }, { type: 'string' }, { type: 'array', items: duration }],
  },
  $tags: { description: 'Words to select the service by: `--tag`.', ...texts },
}

/** Keys of an entry of `actions:`. */
export const actionFields: Readonly<Record<string, Schema>> = {
  action: { description: 'What to do: a name, several with commas between, or a list.', ...texts },
  actor: {
    description: 'Whose: the name of a template, or a regular expression that is matched whole.',
    type: 'string',
  },
  service: { description: 'Of which service: its name, or a regular expression that is matched whole.', ...text },
  recurring: { description: 'Again after this long: `5m`, `1h`, `30` (seconds).', ...duration },
  cron: {
    description: 'At these times: minute, hour, day, month, weekday, as in `0 3 * * *`. Not beside recurring.',
    type: 'string',
  },
  force: { description: 'Also when it is done already.', type: 'boolean', default: false },
  args: { description: 'Arguments of the action.', type: 'object' },
}

/** Other names of the keys above, which 0-robot wrote. */
export const actionAliases: Readonly<Record<string, string>> = { actions: 'action', template: 'actor' }

/** Keys of a file besides services. */
export const topKeys: Readonly<Record<string, string>> = {
  actions: 'Operations to schedule besides the state that is wanted.',
  services: "0-robot's list of services: maps of one key, `template__name`.",
}

/** AYS's verbs, in the order of a life. */
export const lifecycle: readonly string[] = ['init', 'install', 'start', 'monitor', 'stop', 'uninstall', 'delete']

/** What expressions may read. */
export const roots: Readonly<Record<string, string>> = {
  vars: 'Variables that ays.yaml declares.',
  env: 'Environment variables that ays.yaml allows.',
  secrets: 'Secrets that ays.yaml names; never printed.',
  each: 'The key and value of this service, under `$each`.',
  services: 'Data and outputs of another service: `services["role/name"].field`.',
  file: 'The text of a file of the workspace: `file("files/x.conf")`.',
}
