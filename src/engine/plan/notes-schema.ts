/** What the notes of a saved plan look like as JSON. What stands in them is shown, never carried out. */
import Type, { type TSchema } from 'typebox'

const Maybe = Type.Optional
const Text = Type.String()
const byText = <Value extends TSchema>(value: Value) => Type.Record(Type.String(), value)
const place = Type.Object({ file: Text, line: Type.Integer({ minimum: 1 }), column: Type.Integer({ minimum: 1 }) })
const ms = Type.Number({ minimum: 0 })
const count = Type.Integer({ minimum: 0 })

const cause = Type.Object({
  service: Text,
  action: Text,
  why: Text,
  at: Maybe(place),
  field: Maybe(Text),
  was: Maybe(Text),
  link: Maybe(Type.Object({ name: Text, to: Text })),
})

/** The way back of one thing. */
export const undoSchema = (command: TSchema) =>
  Type.Union(
    [
      Type.Object({ commands: Type.Array(command), loses: Maybe(Text), from: Maybe(Text) }),
      Type.Object({ none: Text }),
    ],
    {
      description:
        'Commands that lead back to what was found (`from`: node, with content that only the node keeps), or why there are none.',
    },
  )

/** `command` is the schema of a command. */
export const notesSchema = (command: TSchema) =>
  Type.Object(
    {
      causes: byText(
        Type.Array(cause, { minItems: 1, description: 'From the service over its links to what forces it.' }),
      ),
      reach: Type.Object({
        around: Type.Array(Type.Object({ address: Text, node: Maybe(Text) })),
        arrows: Type.Array(Type.Object({ from: Text, to: Text, link: Text })),
      }),
      templates: byText(Text),
      estimates: Type.Object({
        services: byText(Type.Object({ ms, from: Text, samples: count })),
        ms: Maybe(ms),
        unmeasured: count,
        downtime: Type.Object({ services: count, msMax: Maybe(ms), unmeasured: count }),
      }),
      undo: byText(undoSchema(command)),
      simulation: Maybe(
        Type.Object(
          { state: Text, jobs: count, left: Type.Array(Text) },
          { description: 'What became of the plan on copies of its nodes; `left`: services that were not simulated.' },
        ),
      ),
      basis: Maybe(Type.Object({ workspace: Text, run: Maybe(count), sources: Maybe(Text) })),
    },
    {
      description:
        'What is known beside the plan: why, how long, what depends on it, the way back. Not covered by the hash.',
    },
  )
