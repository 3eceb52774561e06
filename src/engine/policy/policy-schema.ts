/** The schema of policy.yaml. */
import Type from 'typebox'
import { KEY_NAME } from '../plan/plan-schema.ts'

const Maybe = Type.Optional
const Exactly = { additionalProperties: false }
const Words = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })

const kinds = Maybe(
  Type.Array(Type.Enum(['apply', 'destroy', 'action']), {
    minItems: 1,
    description: 'a list of apply, destroy and action',
  }),
)
const environments = Maybe(Words)
const risk = Type.Enum(['low', 'medium', 'high'])
const wholePlan = Type.Object({ environments, kinds }, Exactly)

const rule = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$',
      description: 'a name of letters, digits, ".", "-" and "_"',
    }),
    for: Maybe(Type.Enum(['plan', 'service', 'task'])),
    deny: Maybe(Type.String({ minLength: 1, description: 'an expression that is true or false' })),
    warn: Maybe(Type.String({ minLength: 1, description: 'an expression that is true or false' })),
    message: Type.String({ minLength: 1 }),
    scope: Maybe(
      Type.Object({ services: Maybe(Words), tags: Maybe(Words), nodes: Maybe(Words), environments, kinds }, Exactly),
    ),
  },
  Exactly,
)

const approval = Type.Object(
  {
    risk,
    count: Maybe(Type.Integer({ minimum: 1, maximum: 100, description: 'how many people, 1 to 100' })),
    keys: Maybe(Words),
    scope: Maybe(wholePlan),
  },
  Exactly,
)

const reviewer = Type.Object({ names: Words, risk: Maybe(risk), scope: Maybe(wholePlan) }, Exactly)

/** How many rules one policy may have. */
const RULES_MAX = 200

export const policySchema = Type.Object(
  {
    timeZone: Maybe(Type.String({ minLength: 1, description: 'a time zone such as Europe/Brussels' })),
    rules: Maybe(
      Type.Array(rule, {
        maxItems: RULES_MAX,
        description: `a list of at most ${RULES_MAX} { name, for, deny or warn, message, scope }`,
      }),
    ),
    approvals: Maybe(Type.Array(approval, { maxItems: 50, description: 'a list of { risk, count, keys, scope }' })),
    reviewers: Maybe(Type.Array(reviewer, { maxItems: 50, description: 'a list of { names, risk, scope }' })),
    keys: Maybe(
      Type.Object(
        {},
        {
          ...Exactly,
          patternProperties: { [`^${KEY_NAME}$`]: Type.String() },
          description: 'a map of names (letters, digits and ".@+-_") to keys, { anna: "ssh-ed25519 AAAA…" }',
        },
      ),
    ),
  },
  Exactly,
)
