/** A value that is known only after apply: who decides it, its type, and what stands in its place until then. */
import type { Address } from './address.ts'
import type { Json } from './json.ts'
import { isSecret, joinText, type Secret } from './secret.ts'

/** `any`: it cannot be told before the value is known. */
export type LaterType = 'string' | 'integer' | 'number' | 'boolean' | 'list' | 'map' | 'any'

/** Who decides a value, and when. */
export interface LaterSource {
  readonly from: Address
  /** The output that is not known: `hostname`. */
  readonly output: string
  /** `after node/n1 is made`. */
  readonly when: string
}

/** What stands in the place of a value that is not known: text, a number …, secrets at its leaves. */
export type StandIn = Json | Secret

/** How a Later appears in plans and other JSON. `text` shows a text of which only parts are known later. */
export interface LaterShape {
  readonly later: { readonly type: LaterType; readonly from: readonly string[]; readonly text?: string }
}

/**
 * Known only after apply. Templates see a stand-in of the type, so that a plan can show their tasks. There are two of
 * them: what differs between a plan made with the one and a plan made with the other depends on the value.
 */
export class Later {
  readonly type: LaterType
  readonly sources: readonly LaterSource[]
  readonly standIns: readonly [StandIn, StandIn]
  constructor(type: LaterType, sources: readonly LaterSource[], standIns?: readonly [StandIn, StandIn]) {
    this.type = type
    this.sources = unique(sources)
    this.standIns = standIns ?? standInsOf(type, this.sources)
  }
  toString(): string {
    return wordsOf(this.sources)
  }
  toJSON(): LaterShape {
    return shapeOf(this.type, this.sources, this.standIns[0])
  }
}

export const isLater = (value: unknown): value is Later => value instanceof Later

/** `known after apply (node/n1: hostname)`. */
export const wordsOf = (sources: readonly LaterSource[]): string =>
  `known after apply (${sources.map(nameOf).join(', ')})`

/** The shape of a Later of which `standIn` is the first stand-in. */
export function shapeOf(type: LaterType, sources: readonly LaterSource[], standIn: unknown): LaterShape {
  const shown = typeof standIn === 'string' && holdsPlaceholder(standIn) ? showPlaceholders(standIn) : undefined
  const text = shown === undefined || shown === `‹${wordsOf(sources)}›` ? {} : { text: shown }
  return { later: { type, from: sources.map(nameOf), ...text } }
}

/** A value that came back from JSON as a Later's shape. */
export const isLaterShape = (value: unknown): value is LaterShape =>
  typeof value === 'object' &&
  value !== null &&
  'later' in value &&
  typeof value.later === 'object' &&
  value.later !== null &&
  'from' in value.later

const nameOf = ({ from, output }: LaterSource): string => `${from}: ${output}`

export function unique(sources: readonly LaterSource[]): readonly LaterSource[] {
  return sources.length < 2 ? sources : [...new Map(sources.map((one) => [nameOf(one), one])).values()]
}

/** Every Later in data, however deep. */
export function latersIn(data: unknown): readonly Later[] {
  if (isLater(data)) return [data]
  if (typeof data !== 'object' || data === null || isSecret(data)) return []
  return Object.values(data).flatMap(latersIn)
}

/** The same data with stand-ins in the place of what is not known. */
export function withStandIns<Data>(data: Data, variant: 0 | 1): Data {
  const replace = (value: unknown): unknown => {
    if (isLater(value)) return value.standIns[variant]
    if (typeof value !== 'object' || value === null || isSecret(value)) return value
    if (Array.isArray(value)) return value.map(replace)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replace(one)]))
  }
  // Leaf for leaf the same, a stand-in of its type for each Later.
  return replace(data) as Data
}

/** Text of several parts, one of them a Later at least. */
export function joinLater(parts: readonly (string | Secret | Later)[]): Later {
  const joined = (variant: 0 | 1) =>
    joinText(
      parts.map((part) => {
        const value = isLater(part) ? part.standIns[variant] : part
        if (isSecret(value) || typeof value === 'string') return value
        // In a text, a number too is known by who decides it.
        return tokenOf(isLater(part) ? part.sources : [], ENDS[variant])
      }),
      '',
    )
  return new Later(
    'string',
    parts.flatMap((part) => (isLater(part) ? part.sources : [])),
    [joined(0), joined(1)],
  )
}

/** What a value is, as the type of a Later. */
export function typeOfValue(value: StandIn): LaterType {
  if (isSecret(value)) return 'string'
  if (Array.isArray(value)) return 'list'
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'boolean'
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number'
    default:
      return value === null ? 'any' : 'map'
  }
}

function standInsOf(type: LaterType, sources: readonly LaterSource[]): readonly [StandIn, StandIn] {
  const texts = [tokenOf(sources, ENDS[0]), tokenOf(sources, ENDS[1])] as const
  switch (type) {
    case 'string':
    case 'any':
      return texts
    case 'integer':
    case 'number':
      return [UNLIKELY[0], UNLIKELY[1]]
    case 'boolean':
      return [false, true]
    case 'list':
      return [[texts[0]], [texts[1]]]
    case 'map':
      return [{}, {}]
  }
}

/** Numbers that hardly any text holds by chance. */
const UNLIKELY = [73_100_019, 73_100_027] as const

// Noncharacters: Unicode keeps them for use inside one program, and no text of a person holds them.
const START = '\u{FDD0}later:'
const ENDS = ['\u{FDD1}', '\u{FDD2}'] as const
const TOKEN = /\u{FDD0}later:([^\u{FDD0}-\u{FDD2}]*)[\u{FDD1}\u{FDD2}]/gu

const tokenOf = (sources: readonly LaterSource[], end: string): string =>
  `${START}${sources.map(nameOf).join(', ').replaceAll(' ', '\u{FDD3}')}${end}`

/** Whether a text holds what only stands in the place of a value. */
export const holdsPlaceholder = (text: string): boolean => text.includes(START)

/** The text for people: `host ‹known after apply (node/n1: hostname)›`. */
export const showPlaceholders = (text: string): string =>
  text.replaceAll(TOKEN, (_token, from: string) => `‹known after apply (${from.replaceAll('\u{FDD3}', ' ')})›`)

/** The last line of defence: a placeholder on its way to a node is a bug of ays, and nothing is sent. */
export function refusePlaceholder(text: string): void {
  if (holdsPlaceholder(text))
    throw new Error(`What is known only after apply was about to be sent to a node: ${showPlaceholders(text)}`)
}
