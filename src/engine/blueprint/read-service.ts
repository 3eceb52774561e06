/** Makes declarations of a block `template__name:`, several under `$each`, none where `$if` says so. */
import { type Address, addressOf } from '../../base/address.ts'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import type { Declaration, Entry, Scope, Value } from './declaration.ts'
import { type Reader, readExpressions } from './expressions.ts'
import { isName } from './names.ts'
import { type DeclaredData, type Item, isThere, itemsOf } from './presence.ts'
import { type SortedKeys, sortKeys } from './read-fields.ts'
import { readSteer } from './read-steer.ts'
import { kindOf } from './value.ts'

/** A block as it stands in a file. */
export interface Block {
  readonly template: string
  readonly name: string
  readonly at: Place
  readonly keys: SortedKeys
  /** Fields whose key stands above already. */
  readonly shadowed?: readonly Entry[]
}

/** undefined where the block is no map; nothing under the key is a service with defaults. */
export function readBlock(
  head: { template: string; name: string; at: Place },
  value: Value,
  problems: Problem[],
): Block | undefined {
  if (value.type === 'map') {
    const shadowed = value.shadowed?.filter((entry) => !entry.key.startsWith('$')) ?? []
    return { ...head, keys: sortKeys(value.entries, problems), ...(shadowed.length > 0 ? { shadowed } : {}) }
  }
  if (value.type === 'scalar' && value.value === null) return { ...head, keys: { fields: [], steering: [] } }
  problems.push({
    code: 'FIELD_TYPE',
    message: `${head.template}__${head.name} takes a map of fields, not ${kindOf(value)}.`,
    at: value.at,
    hint: 'Indent its fields below it, each as `field: value`.',
  })
  return undefined
}

/** A block whose `$each` or `$if` decides which services it declares, and what came of it. */
export interface Condition {
  readonly template: string
  readonly name: string
  readonly at: Place
  readonly each?: Entry
  readonly if?: Entry
  readonly made: readonly Address[]
  /** Those that `$if` left out. */
  readonly leftOut: readonly Address[]
}

/** undefined: nothing decides whether its service is there. */
export function conditionOf(
  { template, name, at, keys }: Block,
  made: readonly Declaration[],
  leftOut: readonly string[],
): Condition | undefined {
  const [each, present] = ['$each', '$if'].map((key) => keys.steering.find((one) => one.key === key))
  if (!each && !present) return undefined
  return {
    ...{ template, name, at },
    ...(each ? { each } : {}),
    ...(present ? { if: present } : {}),
    made: made.map(({ address }) => address),
    leftOut: leftOut.map((one) => addressOf(template, one)),
  }
}

/**
 * The services of a block; `onLeftOut` is told the names of those that `$if` leaves out. `waits`: its `$each` or `$if` reads other services, and `declared` was not given yet.
 */
export function expandBlock(
  block: Block,
  reader: Reader,
  declared?: DeclaredData,
  onLeftOut: (name: string) => void = () => {},
): readonly Declaration[] | 'waits' {
  const each = block.keys.steering.find((one) => one.key === '$each')
  if (!each) {
    const there = isMeant(block, reader, declared)
    if (there === false) onLeftOut(block.name)
    return there === 'waits' ? 'waits' : there ? declare(block, block.name, reader) : []
  }
  const items = itemsOf(each, reader, declared)
  if (items === 'waits') return 'waits'
  const declarations: Declaration[] = []
  let values = 0
  for (const item of items) {
    const scope = withEach(reader.scope, item)
    const inner: Reader = { ...reader, scope }
    const there = isMeant(block, inner, declared)
    if (there === 'waits') return 'waits'
    const name = `${block.name}-${item.key}`
    if (!there) {
      if (isName(name)) onLeftOut(name)
      continue
    }
    if (isName(name)) {
      const declared = declare(block, name, inner)
      declarations.push(...declared)
      values += declared.reduce((sum, { fields }) => sum + madeIn(fields, block.keys.fields), 0)
      if (values <= VALUES_MAX) continue
      const message = `$each makes services that hold more than ${VALUES_MAX} values together.`
      reader.problems.push({
        code: 'STEER_INVALID',
        message,
        at: each.keyAt,
        hint: 'Let fields hold less, or make fewer.',
      })
      return declarations
    } else {
      reader.problems.push({
        code: 'NAME_INVALID',
        message: `$each would name a service "${name}", which is no name.`,
        at: item.at,
        hint: 'Use a map, whose keys become parts of the names.',
      })
    }
  }
  return declarations
}

function isMeant(block: Block, reader: Reader, declared: DeclaredData | undefined): boolean | 'waits' {
  const entry = block.keys.steering.find((one) => one.key === '$if')
  return entry ? isThere(entry, reader, declared) : true
}

/** Member by member, for a scope may be an object with methods. */
function withEach(scope: Scope, { key, value }: Item): Scope {
  return {
    vars: scope.vars,
    env: scope.env,
    secret: (name) => scope.secret(name),
    missingSecret: (name) => scope.missingSecret?.(name),
    readFile: (path) => scope.readFile(path),
    ...(scope.own ? { own: scope.own } : {}),
    each: { key, value },
  }
}

function declare(block: Block, name: string, reader: Reader): readonly Declaration[] {
  const { template, at, keys } = block
  const faulty: string[] = []
  const fields = keys.fields.map((entry): Entry => {
    const before = reader.problems.length
    const value = readExpressions(entry.value, reader)
    if (reader.problems.length > before) faulty.push(entry.key)
    return value === entry.value ? entry : { ...entry, value }
  })
  for (const entry of block.shadowed ?? []) readExpressions(entry.value, reader)
  const steer = readSteer(keys.steering, reader)
  const declaration: Declaration = { template, name, address: addressOf(template, name), at, fields, steer }
  return [faulty.length > 0 ? { ...declaration, faulty } : declaration]
}

/** How many values expressions made in the fields of one service: what stands in the file is shared by all. */
function madeIn(fields: readonly Entry[], written: readonly Entry[]): number {
  return fields.reduce((sum, { value }, i) => sum + (value === written[i]?.value ? 0 : countOf(value)), 0)
}

function countOf(value: Value): number {
  if (value.type === 'list') return value.items.reduce((sum, item) => sum + countOf(item), 1)
  if (value.type === 'map') return value.entries.reduce((sum, entry) => sum + countOf(entry.value), 1)
  return 1
}

/** Values that expressions may make in the services of one `$each`. */
const VALUES_MAX = 500_000
