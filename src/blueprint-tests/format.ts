/** The form of a `*.test.yaml` file: what is given, and what is expected of it. */
import { type Static, Type } from 'typebox'
import type { Action } from '../engine/plan/plan.ts'

const Exactly = { additionalProperties: false }
const Texts = (description: string) =>
  Type.Record(Type.String(), Type.String(), { description: `a map of names to texts: ${description}` })

/** As `ays facts` prints them; what is not given is that of a common machine. */
const factsSchema = Type.Object(
  {
    hostname: Type.Optional(Type.String()),
    machineId: Type.Optional(Type.String()),
    os: Type.Optional(
      Type.Object(
        { id: Type.Optional(Type.String()), version: Type.Optional(Type.String()), name: Type.Optional(Type.String()) },
        Exactly,
      ),
    ),
    kernel: Type.Optional(Type.String()),
    arch: Type.Optional(Type.String()),
    cpus: Type.Optional(Type.Integer({ minimum: 1 })),
    memoryBytes: Type.Optional(Type.Integer({ minimum: 1 })),
    init: Type.Optional(Type.String()),
    root: Type.Optional(Type.Boolean()),
    addresses: Type.Optional(Type.Array(Type.Object({ device: Type.String(), address: Type.String() }, Exactly))),
    disks: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Type.String(),
            path: Type.String(),
            sizeBytes: Type.Integer({ minimum: 1 }),
            rotational: Type.Optional(Type.Boolean()),
            fileSystem: Type.Optional(Type.String()),
            mountpoint: Type.Optional(Type.String()),
          },
          Exactly,
        ),
      ),
    ),
    claims: Type.Optional(
      Type.Record(Type.String(), Type.Object({ workspace: Type.String(), service: Type.String() }, Exactly)),
    ),
  },
  Exactly,
)

const nodeSchema = Type.Object(
  {
    facts: Type.Optional(factsSchema),
    down: Type.Optional(Type.Boolean({ description: 'true when the node answers nothing, or false' })),
    things: Type.Optional(
      Type.Record(Type.String(), Type.Object({ kind: Type.Optional(Type.String()), found: Type.Unknown() }, Exactly), {
        description: 'a map of things that are there already to { kind, found }',
      }),
    ),
  },
  Exactly,
)

const worldFields = {
  vars: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'a map of variables to values' })),
  blueprint: Type.Optional(
    Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
      description: 'a map: a blueprint, instead of those of the workspace',
    }),
  ),
  files: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      description: 'a list of blueprint files of the workspace, instead of all of them',
    }),
  ),
}

const givenSchema = Type.Object(
  {
    ...worldFields,
    environment: Type.Optional(Type.String({ minLength: 1, description: 'the name of an environment' })),
    now: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?(Z|[+-]\\d{2}:\\d{2})$',
        description: 'an instant such as 2026-01-07T12:30:00Z: when the test takes place',
      }),
    ),
    env: Type.Optional(Texts('variables of the environment')),
    secrets: Type.Optional(Texts('secrets of the workspace')),
    legacy: Type.Optional(Type.Boolean()),
    allow: Type.Optional(Type.Array(Type.String({ pattern: '^data-loss(=.+)?$' }))),
    nodes: Type.Optional(Type.Record(Type.String(), nodeSchema)),
    applied: Type.Optional(
      Type.Object(worldFields, {
        ...Exactly,
        description: 'a map of what was applied before: { vars, blueprint, files }',
      }),
    ),
  },
  Exactly,
)

const serviceSchema = Type.Object(
  {
    count: Type.Optional(Type.Integer({ minimum: 0 })),
    template: Type.Optional(Type.String()),
    node: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: 'the address of a node, or null' })),
    parent: Type.Optional(
      Type.Union([Type.String(), Type.Null()], { description: 'the address of a service, or null' }),
    ),
    consumes: Type.Optional(Type.Record(Type.String(), Type.Array(Type.String()))),
    fields: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  Exactly,
)

const changesSchema = Type.Union(
  [
    Type.Integer({ minimum: 0 }),
    Type.Array(Type.Union([Type.String(), Type.Record(Type.String(), Type.Array(Type.String()))])),
  ],
  { description: 'a number of services, or a list of addresses and of { address: [things] }' },
)

const problemSchema = Type.Union(
  [
    Type.String(),
    Type.Object({ code: Type.String(), at: Type.Optional(Type.String()), says: Type.Optional(Type.String()) }, Exactly),
  ],
  { description: 'a code, or { code, at, says }' },
)
const problemsSchema = Type.Union([problemSchema, Type.Array(problemSchema)], {
  description: 'a code, or a list of codes and of { code, at, says }',
})

/** What a plan may do to a service, as tests name it. */
export const ACTIONS = [
  'create',
  'update',
  'replace',
  'remove',
  'adopt',
  'act',
  'unknown',
] as const satisfies readonly Action[]

const expectSchema = Type.Object(
  {
    services: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Union([Type.Literal('exists'), Type.Literal('absent'), Type.Integer({ minimum: 0 }), serviceSchema], {
          description: 'exists, absent, a number, or { count, template, node, parent, consumes, fields }',
        }),
      ),
    ),
    plan: Type.Optional(
      Type.Union(
        [
          Type.Literal('nothing'),
          Type.Object(Object.fromEntries(ACTIONS.map((one) => [one, Type.Optional(changesSchema)])), Exactly),
        ],
        { description: `nothing, or a map of ${ACTIONS.join(', ')}` },
      ),
    ),
    refused: Type.Optional(problemsSchema),
    warned: Type.Optional(problemsSchema),
    settles: Type.Optional(Type.Boolean({ description: 'true or false' })),
  },
  Exactly,
)

const testSchema = Type.Object(
  {
    given: Type.Optional(givenSchema),
    expect: expectSchema,
    skip: Type.Optional(Type.String({ minLength: 1, description: 'the reason why it does not run' })),
  },
  Exactly,
)

/** A whole file. */
export const testFileSchema = Type.Object(
  { given: Type.Optional(givenSchema), tests: Type.Record(Type.String(), testSchema, { minProperties: 1 }) },
  Exactly,
)

export type Given = Static<typeof givenSchema>
export type GivenWorld = NonNullable<Given['applied']>
export type GivenNode = Static<typeof nodeSchema>
export type Expect = Static<typeof expectSchema>
export type ExpectedService = Static<typeof serviceSchema>
export type ExpectedProblem = Static<typeof problemSchema>
export type ExpectedChanges = Static<typeof changesSchema>
export type TestedAction = (typeof ACTIONS)[number]
