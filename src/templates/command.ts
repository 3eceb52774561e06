/** Commands of a person's own: for what no other template does yet. */
import { Type } from 'typebox'
import { tryReadDuration } from '../base/duration.ts'
import { defineTemplate } from '../engine/template.ts'
import { command as commandTask } from '../sal/command/command.ts'
import { onNode } from './places.ts'

const words = (description: string) =>
  Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String(), { minItems: 1 })], { description })

const data = Type.Object({
  run: words('Text for `sh -c`, or a list: a program and its arguments, read by no shell.'),
  check: Type.Optional(
    words('Exit code 0 means that it is in place. It may only look, as every plan runs it. Absent: it runs once.'),
  ),
  undo: Type.Optional(words('Runs at its removal. Absent: what was done stays.')),
  timeout: Type.Optional(
    Type.String({
      pattern: '^[1-9][0-9]*[wdhms]?$',
      description:
        'How long it may print nothing until it is ended, such as 90s or 10m. Absent: 50m, or `limits.timeout` of ays.yaml.',
    }),
  ),
})

export const command = defineTemplate({
  name: 'command',
  summary: 'A command of yours, run until its check says that it is in place.',
  description: [
    'Without a `check` it runs once, and again when its text changes. It outlives the connection: when ays is cut off, the',
    'next apply waits for it instead of starting it again. Others on the node can see it, so it may not hold a secret.',
  ].join('\n'),
  data,
  parent: onNode,
  tasks: ({ data, slug }) => [
    commandTask({
      name: slug,
      run: data.run,
      ...(data.check === undefined ? {} : { check: data.check }),
      ...(data.undo === undefined ? {} : { undo: data.undo }),
      ...limitOf(data.timeout),
      slow: true,
    }),
  ],
})

const limitOf = (timeout: string | undefined): { timeoutMs?: number } => {
  const timeoutMs = timeout === undefined ? undefined : tryReadDuration(timeout)
  return timeoutMs === undefined ? {} : { timeoutMs }
}
