/** Small worlds for these tests: blueprints as text, and a handful of templates of their own. */
import { Type } from 'typebox'
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml'
import { addressOf } from '../../../src/base/address.ts'
import type { Place } from '../../../src/base/place.ts'
import type { Problem } from '../../../src/base/problem.ts'
import { Secret, sealerOf } from '../../../src/base/secret.ts'
import type { Declaration, Entry, Scope, Value } from '../../../src/engine/blueprint/declaration.ts'
import { readExpressions } from '../../../src/engine/blueprint/expressions.ts'
import { type Allocated, type AllocateInput, allocate } from '../../../src/engine/graph/allocate.ts'
import { type BuildInput, type Built, buildGraph } from '../../../src/engine/graph/build.ts'
import type { Kind } from '../../../src/engine/kind.ts'
import { type AnyTask, task } from '../../../src/engine/task.ts'
import { type AnyTemplate, defineTemplate, manyOf, oneOf, optionalOf } from '../../../src/engine/template.ts'

export const sealer = sealerOf(new Uint8Array(32))
export const secretOf = (ref: string, value: string): Secret => new Secret(ref, value, sealer)

const scope: Scope = {
  vars: {},
  env: {},
  secret: (name) => secretOf(`secrets.${name}`, `the ${name}`),
  readFile: () => ({ reason: 'no files here' }),
}

/** Declarations of a YAML text; keys are canonical already, as the reader leaves them. */
export function declarationsIn(text: string, file = 'main.yaml'): Declaration[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const placeOf = (node: Node | null | undefined): Place => {
    const [start, end] = node?.range ?? [0, 0]
    const from = lines.linePos(start)
    const to = lines.linePos(end)
    return { file, line: from.line, column: from.col, endLine: to.line, endColumn: to.col }
  }
  const problems: Problem[] = []
  const readValue = (node: Node | null, fallback: Place): Value => {
    const at = node ? placeOf(node) : fallback
    if (isMap<Node, Node | null>(node)) return { type: 'map', entries: node.items.map(entryOf), at }
    if (isSeq<Node>(node)) return { type: 'list', items: node.items.map((item) => readValue(item, at)), at }
    const value = isScalar(node) ? (node.value as null | string | number | boolean) : null
    return readExpressions({ type: 'scalar', value, at }, { scope, problems })
  }
  const entryOf = ({ key, value }: Pair<Node, Node | null>): Entry => ({
    key: String(key),
    keyAt: placeOf(key),
    value: readValue(value, placeOf(key)),
  })
  const { contents } = document
  if (!isMap<Node, Node | null>(contents)) return []
  const declarations = contents.items.map(({ key, value }): Declaration => {
    const [template = '', name = ''] = String(key).split(/__(.*)/)
    const entries = isMap<Node, Node | null>(value) ? value.items.map(entryOf) : []
    const steering = (of: string): Value | undefined => entries.find((entry) => entry.key === of)?.value
    const texts = (of: string): { address: string; at: Place }[] => {
      const given = steering(of)
      const items = given?.type === 'list' ? given.items : given ? [given] : []
      return items.flatMap((item) => (item.type === 'scalar' ? [{ address: String(item.value), at: item.at }] : []))
    }
    const [moved] = texts('$moved')
    return {
      template,
      name,
      address: addressOf(template, name),
      at: placeOf(key),
      fields: entries.filter((entry) => !entry.key.startsWith('$')),
      steer: {
        after: texts('$after'),
        protect: false,
        heal: true,
        ignore: [],
        tags: texts('$tags').map((tag) => tag.address),
        ...(moved ? { moved } : {}),
      },
    }
  })
  if (problems.length > 0) throw new Error(problems.map((one) => one.message).join('\n'))
  return declarations
}

export const local = defineTemplate({ name: 'node.local', summary: 'This machine.', data: Type.Object({}) })
export const ssh = defineTemplate({
  name: 'node.ssh',
  summary: 'A machine.',
  data: Type.Object({ host: Type.String(), port: Type.Integer({ default: 22 }) }),
})
/** Brings its system along. */
export const physical = defineTemplate({
  name: 'node.physical',
  summary: 'Iron.',
  data: Type.Object({ host: Type.Optional(Type.String()) }),
  derive: ({ name }) => [{ template: 'os.ubuntu', name, data: { node: name } }],
})
export const os = defineTemplate({
  name: 'os.ubuntu',
  summary: 'A system.',
  data: Type.Object({}),
  parent: oneOf(['node']),
})
export const lines = linesKind()
const file = (path: string, content: string[]): AnyTask => task(lines, `file:${path}`, content)

export const engine = defineTemplate({
  name: 'engine',
  summary: 'Listens.',
  data: Type.Object({
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    size: Type.String({ default: '256mb' }),
    password: Type.Optional(Type.String({ minLength: 20, secret: true })),
    level: Type.Optional(Type.Union([Type.Literal('low'), Type.Literal('high')])),
    users: Type.Optional(
      Type.Array(Type.Object({ name: Type.String({ secret: true }), id: Type.Optional(Type.Integer()) })),
    ),
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
  }),
  parent: oneOf(['node']),
  allocate: ({ data, node, take }) => ({
    port: take(`tcp@${node.address}`, 'port', { wish: data.port, from: range(7000, 7003) }),
  }),
  tasks: ({ slug, allocated }) => [file(`/etc/${slug}.conf`, [`port ${allocated.port}`])],
  outputs: ({ node, allocated }) => ({ url: `tcp://${node?.name}:${allocated.port}` }),
})
export const web = defineTemplate({
  name: 'web',
  summary: 'Uses engines.',
  data: Type.Object({
    backend: Type.Optional(Type.String()),
    size: Type.Optional(Type.String()),
    shared: Type.Optional(Type.String()),
  }),
  parent: optionalOf(['node', 'os']),
  consumes: { store: manyOf([engine], { max: 2 }) },
  tasks: ({ data }) => (data.shared ? [file('/etc/shared', [data.shared])] : []),
  outputs: ({ data }) => ({ through: data.backend ?? 'nothing' }),
})
export const needy = defineTemplate({
  name: 'needy',
  summary: 'Needs two others.',
  data: Type.Object({}),
  consumes: { store: manyOf([engine], { min: 1 }), helper: { ...optionalOf(['helper']), auto: true } },
})
export const helper = defineTemplate({
  name: 'helper',
  summary: 'Helps.',
  data: Type.Object({ size: Type.String({ default: 'm' }) }),
})
export const templates: AnyTemplate[] = [local, ssh, physical, os, engine, web, needy, helper]

export function* range(from: number, to: number): Iterable<number> {
  for (let value = from; value <= to; value++) yield value
}

/** A file of lines; two services may add lines to one, but none that begins with `!`. */
function linesKind(): Kind<string[], string[]> {
  return {
    name: 'lines@1',
    look: () => ({ program: { name: 'lines_1', text: '' }, args: [] }),
    parse: () => ({ state: 'seen', found: [] }),
    bare: [],
    compare: () => [],
    commands: () => [],
    settled: (wanted) => wanted,
    asWanted: (found) => found,
    remove: () => [],
    merge: (a, b) =>
      [...a, ...b].some((line) => line.startsWith('!'))
        ? { conflict: 'a line with ! stands alone' }
        : { wanted: [...new Set([...a, ...b])].sort() },
  }
}

export const implicit = declarationsIn('node.local__local:\n', 'implicit')

export function build(text: string, options: Partial<BuildInput> = {}): Built {
  return buildGraph({ declarations: declarationsIn(text), templates, implicit, ...options })
}

/** `CODE line:column message`, hints in brackets. */
export const told = (problems: readonly Problem[]): string[] =>
  problems.map(
    (one) =>
      `${one.severity === 'warning' ? 'warning ' : ''}${one.code} ${one.at?.line}:${one.at?.column} ${one.message}${one.hint ? ` [${one.hint}]` : ''}`,
  )

export function choose(text: string, options: Partial<AllocateInput> = {}): Allocated {
  const built = build(text)
  if (built.problems.length > 0) throw new Error(told(built.problems).join('\n'))
  return allocate(built, {
    kept: [],
    keptSlugs: new Map(),
    facts: () => undefined,
    derived: (address, purpose) => secretOf(`${address} ${purpose}`, `${address} ${purpose}`),
    workspace: { id: 'w', tag: '00000000' },
    ...options,
  })
}
