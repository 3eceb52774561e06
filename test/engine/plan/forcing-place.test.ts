import { describe, expect, test } from 'vitest'
import type { FieldChange } from '../../../src/engine/kind.ts'
import { forcingPlace } from '../../../src/engine/plan/forcing-place.ts'

const line = (n: number) => ({ file: 'b.yaml', line: n, column: 3 })
const service = {
  at: line(1),
  data: { content: 'hello\n', mode: '0640', port: 8080, exec: '/usr/bin/serve --fast', first: 'same', second: 'same' },
  places: {
    '': line(1),
    content: line(2),
    mode: line(3),
    port: line(4),
    exec: line(5),
    first: line(6),
    second: line(7),
  },
}
const change = (path: string, from: FieldChange['from'], to: FieldChange['to']): FieldChange[] => [
  { path, from, to, how: 'in place' },
]

describe('the line that forces a change', () => {
  test.each<[string, FieldChange[], number]>([
    ['is that of the field of the same name', change('content', 'bye\n', 'hello\n'), 2],
    ['is that of the field whose value is wanted', change('listens', 80, 8080), 4],
    [
      'is that of the field whose value comes into a text',
      change('text', 'a\nExecStart=/usr/bin/serve\n', 'a\nExecStart=/usr/bin/serve --fast\n'),
      5,
    ],
    ['is that of the service where two fields may be meant', change('text', 'other\n', 'same\n'), 1],
    ['is that of the service where no field is seen in it', change('owner', 'anna', 'root'), 1],
    ['is that of the service for what is new', change('content', undefined, 'hello\n'), 1],
    ['is not found by a value that was there before', change('text', 'port 8080, old\n', 'port 8080, new\n'), 1],
  ])('%s', (_, changes, expected) => {
    expect(forcingPlace(service, changes).line).toBe(expected)
  })
})
