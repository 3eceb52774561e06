/** Services with a hostile text in one field, as a blueprint of one line each, and which of them are refused. */
import { readWorld, type World } from '../language/world.ts'

export interface Declared {
  /** `file__a1`. */
  readonly key: string
  readonly data: Readonly<Record<string, unknown>>
}

/** JSON is YAML; `\${` is no expression here. */
export const blueprintOf = (services: readonly Declared[]): string =>
  `{\n${services.map(({ key, data }) => `${JSON.stringify(key)}: ${JSON.stringify(data).replaceAll('${', '$${')}`).join(',\n')}\n}\n`

/** Reads them until nothing is wrong any more. Every refusal has a place: the line of its service. */
export function sorted(
  always: readonly Declared[],
  services: readonly Declared[],
  world: World = {},
): { readonly refused: ReadonlyMap<string, string>; readonly accepted: readonly Declared[]; readonly wanted: unknown } {
  const refused = new Map<string, string>()
  for (;;) {
    const accepted = services.filter(({ key }) => !refused.has(key))
    const all = [...always, ...accepted]
    const { problems, wanted } = readWorld(blueprintOf(all), world)
    const mistakes = problems.filter((one) => one.severity !== 'warning')
    if (mistakes.length === 0) return { refused, accepted, wanted }
    const before = refused.size
    for (const { at, code, message } of mistakes) {
      const told = all[(at?.line ?? 0) - 2]
      if (!at || !told || always.includes(told)) throw new Error(`${code} is told of no service: ${message}`)
      refused.set(told.key, code)
    }
    if (refused.size === before) throw new Error('The same services are refused again.')
  }
}

/** Data with this text at the path of a field, in what the field's template needs besides. */
export function withText(
  base: Readonly<Record<string, unknown>>,
  path: readonly string[],
  text: string,
): Record<string, unknown> {
  const [first = '', ...rest] = path
  return { ...base, [first]: placed(base[first], rest, text) }
}

function placed(base: unknown, path: readonly string[], text: string): unknown {
  const [first, ...rest] = path
  if (first === undefined) return text
  if (first === '[]') return [placed(Array.isArray(base) ? base[0] : undefined, rest, text)]
  if (first === '{key}') return { [text]: 'x' }
  if (first === '{}') return { NAME: placed(undefined, rest, text) }
  return { ...(typeof base === 'object' ? base : {}), [first]: placed(undefined, rest, text) }
}
