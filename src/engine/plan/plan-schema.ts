/** What a plan looks like as JSON, and a saved one. docs/plan.schema.json is made from it; members may be added, so readers skip what they do not know. */
import Type, { type Static, type TObject, type TSchema } from 'typebox'
import { notesSchema, undoSchema } from './notes-schema.ts'

/** Names of people, as a principal of ssh: no pattern, no list. */
export const KEY_NAME = '[A-Za-z0-9][A-Za-z0-9_.@+-]*'

const defs: Record<string, TSchema> = {}

/** A part with a name of its own in the published schema. */
function named<T extends TSchema>(name: string, schema: T) {
  defs[name] = schema
  return Type.Unsafe<Static<T>>({ $ref: `#/$defs/${name}` })
}

const Maybe = Type.Optional
const Texts = Type.Array(Type.String())
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' })

const address = named(
  'address',
  Type.String({
    pattern: '^[^/\\u0000-\\u0020\\u007f-\\u009f]+/[^\\u0000-\\u0020\\u007f-\\u009f]+$',
    description: 'A service: role/name.',
  }),
)
const position = named(
  'position',
  Type.Object({ line: Type.Integer({ minimum: 1 }), column: Type.Integer({ minimum: 1 }) }),
)
const range = named('range', Type.Object({ start: position, end: position }, { description: 'The end is exclusive.' }))
const place = named(
  'place',
  Type.Object({
    file: Type.String(),
    line: Type.Integer({ minimum: 1 }),
    column: Type.Integer({ minimum: 1 }),
    endLine: Maybe(Type.Integer()),
    endColumn: Maybe(Type.Integer()),
  }),
)
const problem = named(
  'problem',
  Type.Object(
    {
      code: Type.String({ pattern: '^[A-Z][A-Z0-9_]*$' }),
      severity: Type.Enum(['error', 'warning']),
      message: Type.String(),
      hint: Maybe(Type.String()),
      file: Maybe(Type.String()),
      range: Maybe(range),
      also: Maybe(Type.Array(Type.Object({ note: Type.String(), file: Type.String(), range }))),
    },
    { description: 'Something that a person can mend; docs/errors.md lists the codes.' },
  ),
)
const sealed = named(
  'sealed',
  Type.Object(
    { sealed: Type.String(), ref: Maybe(Type.String()) },
    { description: 'What stands for a secret: a digest made with the key of the state, and where the secret is from.' },
  ),
)
const content = named('text', Type.Union([Type.String(), sealed]))
const effect = named(
  'effect',
  Type.Object(
    {
      kind: Type.Enum(['data-loss', 'restart', 'reboot', 'network-cut', 'exposure', 'lockout']),
      what: Type.String(),
    },
    { description: 'What a command can hurt.' },
  ),
)
const change = named(
  'change',
  Type.Object(
    {
      path: Type.String({ description: "The field; '' is the thing itself." }),
      from: Maybe(Type.Unknown()),
      to: Maybe(
        Type.Unknown({ description: '`{ later: { type, from, text? } }` stands for what is known only after apply.' }),
      ),
      how: Type.Enum(['in place', 'restart', 'replace']),
    },
    { description: 'One difference between what was found and what is wanted.' },
  ),
)
const command = named(
  'command',
  Type.Object(
    {
      title: Type.String(),
      run: Type.Union([
        Type.Object({ argv: Texts, stdin: Maybe(content) }),
        Type.Object({ script: Type.String(), args: Texts, stdin: Maybe(content) }),
        Type.Object({
          write: Type.String(),
          content,
          mode: Type.Integer(),
          owner: Type.String(),
          group: Type.String(),
        }),
      ]),
      as: Maybe(Type.String()),
      effects: Maybe(Type.Array(effect)),
      locks: Maybe(Texts),
      timeoutMs: Maybe(Type.Number()),
      slow: Maybe(Type.Boolean()),
      guard: Maybe(Type.Object({ script: Type.String(), args: Texts })),
    },
    { description: 'An argv, a constant script with its arguments, or a file to write.' },
  ),
)

const ACTIONS = ['create', 'update', 'replace', 'remove', 'adopt', 'act', 'unknown', 'none'] as const
const action = named('action', Type.Enum([...ACTIONS]))
const why = named(
  'why',
  Type.Enum(['new', 'change', 'drift', 'both', 'orphan', 'waits', 'lost', 'adopt', 'destroy', 'asked', 'held']),
)
const task = named(
  'task',
  Type.Object(
    {
      thing: Type.String({ description: 'Unique on its node: file:/etc/motd.' }),
      kind: Type.String(),
      node: address,
      rung: Type.Enum(['installed', 'running']),
      action,
      why,
      changes: Type.Array(change),
      commands: Type.Array(command),
      effects: Type.Array(effect),
      problem: Maybe(problem),
      at: Maybe(place),
      moving: Maybe(Type.String()),
      withNode: Maybe(Type.Boolean()),
      claimedBy: Maybe(Type.String()),
      undo: Maybe(
        Type.Array(Type.String(), {
          description: 'What the node does by itself unless ays reaches it again: titles of commands.',
        }),
      ),
      wayBack: Maybe(undoSchema(command)),
    },
    { description: 'What happens to one thing of a service.' },
  ),
)
const service = named(
  'service',
  Type.Object({
    address,
    template: Type.String(),
    action,
    why,
    waitsFor: Maybe(address),
    verb: Maybe(Type.String()),
    node: Maybe(address),
    at: Maybe(place),
    tasks: Type.Array(task),
    after: Type.Array(address, { description: 'Services of this plan that are done before.' }),
    behind: Maybe(Type.Array(address)),
    derivedBy: Maybe(address),
    problem: Maybe(problem),
  }),
)
const hold = named(
  'hold',
  Type.Object({
    address,
    rung: Type.Enum(['absent', 'installed']),
    verb: Type.String(),
    who: Type.String(),
    at: Type.Number({ description: 'Milliseconds since 1970.' }),
  }),
)

const demands = named(
  'demands',
  Type.Object(
    {
      approvals: Type.Array(
        Type.Object({
          risk: Type.Enum(['low', 'medium', 'high']),
          count: Type.Integer({ minimum: 1 }),
          keys: Type.Array(Type.String(), { description: 'Names of policy.yaml, any of which may approve.' }),
        }),
      ),
      reviewers: Type.Array(Type.String()),
    },
    { description: 'What policy.yaml asks of people for a plan like this one.' },
  ),
)

const count = Type.Integer({ minimum: 0 })
const simulation = named(
  'simulation',
  Type.Object(
    {
      state: Type.Enum(['ok', 'failed', 'refused']),
      jobs: count,
      left: Type.Array(address, { description: 'Services that were not simulated.' }),
      problems: Type.Array(problem),
    },
    { description: 'What became of the plan on copies of its nodes: `ays plan --simulate`.' },
  ),
)
const plan = named(
  'plan',
  Type.Object(
    {
      format: Type.Literal(1),
      kind: Type.Enum(['apply', 'destroy', 'import', 'action']),
      environment: Type.String(),
      hash: Digest,
      risk: Maybe(Type.Enum(['none', 'low', 'medium', 'high'])),
      simulated: Type.Boolean(),
      counts: Type.Object({
        create: count,
        update: count,
        replace: count,
        remove: count,
        adopt: count,
        act: count,
        unknown: count,
        none: count,
      }),
      nodes: count,
      waves: Type.Optional(
        Type.Array(Type.Object({ nodes: Type.Array(address), pauseMs: Type.Optional(count) }), {
          description: 'Nodes that are changed one group after the other; the next when the former is healthy.',
        }),
      ),
      radius: Type.Object({
        nodes: Type.Array(address),
        restarts: Texts,
        dataLoss: Texts,
        other: Type.Array(effect),
      }),
      blocked: Type.Array(problem, { description: 'What apply refuses until it is allowed.' }),
      unreachable: Type.Array(Type.Object({ node: address, problem })),
      warnings: Type.Array(problem),
      held: Type.Array(hold),
      renamed: Type.Array(Type.Object({ from: address, to: address })),
      unknowns: Maybe(
        Type.Array(
          Type.Object({
            service: address,
            field: Type.String({ description: "'' where a service that it consumes has such a field." }),
            type: Type.Enum(['string', 'integer', 'number', 'boolean', 'list', 'map', 'any']),
            decidedBy: address,
            output: Type.String(),
            when: Type.String({ description: 'after node/n1 is made' }),
          }),
          { description: 'What is known only after apply. Absent: every value is known.' },
        ),
      ),
      demands: Maybe(demands),
      services: Type.Array(service, { description: 'In the order of work. Unchanged ones are only counted.' }),
      simulation: Maybe(simulation),
    },
    { description: 'What `ays plan --json` prints.' },
  ),
)

const digests = named(
  'digests',
  Type.Record(Type.String(), Digest, { description: 'SHA-256 of the content, by path in the workspace.' }),
)
const commit = named(
  'commit',
  Type.Object({
    id: Type.String({ pattern: '^[0-9a-f]{40,64}$' }),
    dirty: Type.Boolean({ description: 'True: files of the workspace were not as committed.' }),
  }),
)
const order = named(
  'order',
  Type.Object(
    {
      actions: Texts,
      services: Texts,
      actors: Maybe(Texts),
      args: Type.Record(Type.String(), Type.Unknown()),
      force: Maybe(Type.Boolean()),
    },
    { description: 'The verbs that were asked for, of a plan of actions.' },
  ),
)
const options = named(
  'options',
  Type.Object(
    {
      targets: Maybe(Texts),
      exclude: Maybe(Texts),
      tags: Maybe(Texts),
      replace: Maybe(Texts),
      refresh: Maybe(Type.Boolean()),
      prune: Maybe(Type.Boolean()),
      allow: Maybe(Texts),
      vars: Maybe(Type.Record(Type.String(), Type.String())),
      files: Maybe(Type.Array(Type.String(), { description: 'Paths of blueprints, from the root of the workspace.' })),
      legacy: Maybe(Type.Boolean()),
      order: Maybe(order),
    },
    { description: 'What was asked for when the plan was made. It is planned anew with the same.' },
  ),
)
const notes = named('notes', notesSchema(command))
const approval = named(
  'approval',
  Type.Object(
    {
      name: Type.String({ pattern: `^${KEY_NAME}$`, description: 'Whose key it is, by the name in policy.yaml.' }),
      fingerprint: Type.String({ description: 'Of the key, SHA256:…, for people.' }),
      at: Type.String({ description: 'When, in ISO 8601; it is signed as well.' }),
      signature: Type.String({ maxLength: 10_000, description: 'SSHSIG in its armour, in the namespace ays-plan.' }),
    },
    { description: 'What `ays approve` adds.' },
  ),
)
const savedPlanBody = Type.Object(
  {
    format: Type.Literal(1),
    ays: Type.String({ description: 'The version of ays that made it.' }),
    hash: Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'SHA-256 of the canonical JSON of everything but hash, ays, made, notes and approvals.',
    }),
    made: Type.Object({
      at: Type.String({ description: 'When, in ISO 8601.' }),
      who: Type.String(),
      run: Type.Integer({ minimum: 0, description: 'The last run that the state knew; 0: none.' }),
      commit: Maybe(commit),
    }),
    workspace: Type.String(),
    environment: Type.String(),
    state: Type.Object({ tag: Type.String({ description: 'Tells this state from others; made from its key.' }) }),
    sources: Type.Object({
      blueprints: digests,
      vars: digests,
      templates: digests,
      files: digests,
    }),
    options,
    plan,
    notes: Maybe(notes),
    approvals: Maybe(Type.Array(approval, { maxItems: 100 })),
    relies: Type.Record(Type.String(), Texts, {
      description: 'By node: things that are not changed, were in place, and must still be.',
    }),
  },
  { description: 'What `ays plan --out` writes and `ays apply` reads.' },
)
const savedPlan = named('savedPlan', savedPlanBody)

/** A plan as JSON. */
export type PlanJson = Static<typeof plan>
export type ProblemJson = Static<typeof problem>

/** A plan in a file, with everything that it holds for. Data as in JSON: secrets are sealed. */
export type SavedPlan = Static<typeof savedPlan>

/** One person's consent to one saved plan. */
export type SavedApproval = Static<typeof approval>

/** A commit of git, and whether files of the workspace differed from it. */
export type GitCommit = Static<typeof commit>

/** What `readSavedPlan` holds a file against. */
export const savedPlanSchema: TObject = Type.Object(savedPlanBody.properties, { $defs: defs })

/** The published schema, docs/plan.schema.json: a plan, or a saved one. */
export const planSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A plan of ays, or a saved plan',
  description: 'Format 1. Members may be added within a format: skip what you do not know.',
  anyOf: [savedPlan, plan],
  $defs: defs,
}
