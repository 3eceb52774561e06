/** The schema of ays.yaml. */
import Type, { type Static } from 'typebox'

const Duration = Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: '^\\s*\\d+\\s*[wdhms]?\\s*$' })], {
  description: 'a duration such as 5m, 1h or 30 (seconds)',
})
/** As `meetsRange` reads it. */
export const VERSION_RANGE: string = '^\\s*(?:(?:[<>]=?|=|\\^|~)?\\s*\\d+(?:\\.\\d+){0,2}\\s*)+$'
const WaveSize = Type.Union(
  [Type.Integer({ minimum: 1 }), Type.String({ pattern: '^(?:rest|(?:[1-9][0-9]?|100)%)$' })],
  { description: 'a number of nodes, a share such as 10%, or rest' },
)
const Word = Type.String({ minLength: 1 })
const Words = Type.Array(Type.String({ minLength: 1 }))
const Exactly = { additionalProperties: false }

const wave = Type.Union(
  [
    ...WaveSize.anyOf,
    Type.Object(
      {
        nodes: Type.Optional(WaveSize),
        targets: Type.Optional(Words),
        tags: Type.Optional(Words),
        pause: Type.Optional(Duration),
      },
      { ...Exactly, minProperties: 1 },
    ),
  ],
  { description: 'a number of nodes, a share such as 10%, rest, or { nodes, targets, tags, pause }' },
)

/** Letters, digits and _, as expressions can name them. */
const NAME = '[A-Za-z_][A-Za-z0-9_]*'

const secretSource = Type.Union(
  [
    Type.Object({ env: Word }, Exactly),
    Type.Object({ file: Word }, Exactly),
    Type.Object({ command: Type.Array(Type.String(), { minItems: 1, maxItems: 100 }) }, Exactly),
  ],
  { description: 'where the secret comes from, { env: NAME }, { file: path } or { command: [program, argument] }' },
)

/** What a webhook can be told of. */
export const WATCH_NEWS = [
  'drifted',
  'ok',
  'repaired',
  'failed',
  'lost',
  'back',
  'pending',
  'applied',
  'action',
  'problem',
] as const

const hook = Type.Object(
  {
    url: Type.String({ pattern: '^https?://[^\\s]+$', description: 'an address that begins with http:// or https://' }),
    secret: Type.Optional(
      Type.String({ pattern: `^${NAME}$`, description: 'the name of a secret of the workspace, which signs' }),
    ),
    on: Type.Optional(
      Type.Array(Type.Enum([...WATCH_NEWS]), { minItems: 1, description: `a list of ${WATCH_NEWS.join(', ')}` }),
    ),
  },
  Exactly,
)

/** Where one secret comes from. */
export type SecretSource = Static<typeof secretSource>

/** The schema of ays.yaml. Its reference page is made from it. */
export const workspaceSchema = Type.Object(
  {
    workspace: Type.Optional(
      Type.String({
        pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
        description: 'a uuid, as `ays init` writes it',
      }),
    ),
    ays: Type.Optional(
      Type.String({
        pattern: VERSION_RANGE,
        description: 'a range of versions such as ">=1.2 <2"',
      }),
    ),
    vars: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
        Type.Object(
          {
            type: Type.Optional(
              Type.Enum(['string', 'integer', 'number', 'boolean', 'list', 'map', 'text', 'int', 'float', 'bool']),
            ),
            default: Type.Optional(Type.Unknown()),
            description: Type.Optional(Type.String()),
          },
          Exactly,
        ),
        { ...Exactly, description: 'a map of names (letters, digits and _) to { type, default, description }' },
      ),
    ),
    env: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), {
        description: 'a list of names of environment variables',
      }),
    ),
    limits: Type.Optional(
      Type.Object(
        {
          parallel: Type.Optional(
            Type.Integer({
              minimum: 1,
              maximum: 1_000,
              description: 'a number of jobs at once over all nodes, 1 to 1000',
            }),
          ),
          perNode: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 100, description: 'a number of jobs at once on one node, 1 to 100' }),
          ),
          timeout: Type.Optional(Duration),
          undoAfter: Type.Optional(Duration),
        },
        Exactly,
      ),
    ),
    waves: Type.Optional(
      Type.Array(wave, {
        minItems: 1,
        maxItems: 100,
        description: 'a list of waves such as [1, 10%, rest], or of { nodes, targets, tags, pause }',
      }),
    ),
    secrets: Type.Optional(
      Type.Object(
        {
          file: Type.Optional(
            Type.String({
              minLength: 1,
              description: 'the path of a file encrypted with age: a YAML map of names to texts',
            }),
          ),
          identity: Type.Optional(
            Type.Union([Type.Object({ env: Word }, Exactly), Type.Object({ file: Word }, Exactly)], {
              description: 'where the age identity for `file` comes from, { env: NAME } or { file: path }',
            }),
          ),
        },
        {
          ...Exactly,
          // Names beside the two above; what they hold is `SecretSource`.
          patternProperties: { [`^(?!(?:file|identity)$)${NAME}$`]: secretSource },
          description:
            'a map of names to { env: NAME }, { file: path } or { command: [program, argument] }, and `file` and `identity` of an age file',
        },
      ),
    ),
    retries: Type.Optional(
      Type.Union(
        [
          Duration,
          Type.String({ pattern: '^\\s*\\d+\\s*[wdhms]?\\s*(?:,\\s*\\d+\\s*[wdhms]?\\s*)*$' }),
          Type.Array(Duration),
        ],
        { description: 'waits between attempts such as [1, 2, 4] or "5,10,15"; 0 for none' },
      ),
    ),
    prune: Type.Optional(Type.Boolean()),
    watch: Type.Optional(
      Type.Object(
        {
          apply: Type.Optional(Type.Enum(['never', 'safe', 'all'])),
          every: Type.Optional(Duration),
          git: Type.Optional(
            Type.Union([Type.Boolean(), ...Duration.anyOf], {
              description: 'true, or how often to fetch, such as 5m',
            }),
          ),
          hooks: Type.Optional(Type.Array(hook, { maxItems: 20, description: 'a list of { url, secret, on }' })),
        },
        Exactly,
      ),
    ),
    templates: Type.Optional(
      Type.Record(
        Type.String(),
        Type.String({
          pattern: '^[^#]+(?:#[^#]+)?$',
          description: 'where it comes from (URL#tag, FOLDER), a branch, tag or commit, or a range of versions of ays',
        }),
        { description: 'a map of templates to what they are held at' },
      ),
    ),
  },
  Exactly,
)
