/** Builds values from js-yaml's events: tags, anchors and aliases with limits, merge keys, duplicate keys. */
import { COLLECTION_STYLE, EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml'
import type { Place } from '../../base/place.ts'
import type { Problem } from '../../base/problem.ts'
import type { Entry, Value } from './declaration.ts'
import type { Places } from './yaml-places.ts'
import { readPlainScalar } from './yaml-scalars.ts'
import { fitsCollection, tagName, tryTagReader } from './yaml-tags.ts'

interface ComposeOptions {
  readonly legacy: boolean
  readonly depthMax: number
}

export function composeDocuments(
  events: readonly Event[],
  text: string,
  places: Places,
  options: ComposeOptions,
): { documents: Value[]; problems: Problem[] } {
  const composer = new Composer(text, places, options)
  for (const event of events) composer.take(event)
  return { documents: composer.documents, problems: composer.problems }
}

/** What stands under an anchor, with what it costs to use it again. */
interface Anchor {
  /** undefined while the anchored node is still being read. */
  value?: Value
  size: number
  depth: number
}

interface Frame {
  readonly kind: 'document' | 'list' | 'map'
  readonly start: number
  readonly flow: boolean
  readonly anchor?: Anchor
  readonly items: Value[]
  readonly entries: Entry[]
  /** Entries whose key stands above already. */
  shadowed?: Entry[]
  /** Keys seen, once there are more than a few. */
  seen?: Map<string, number>
  key?: { text: string; at: Place; merge: boolean; skip?: boolean }
  merges?: { value: Value; at: Place }[]
  /** Nodes inside, aliases counted as what they stand for. */
  size: number
  depth: number
}

class Composer {
  readonly documents: Value[] = []
  readonly problems: Problem[] = []
  readonly #text: string
  readonly #places: Places
  readonly #options: ComposeOptions
  readonly #frames: Frame[] = []
  #anchors = new Map<string, Anchor>()
  #handles = new Map<string, string>()
  /** Where the last token ended. */
  #end = 0
  #expanded = 0

  constructor(text: string, places: Places, options: ComposeOptions) {
    this.#text = text
    this.#places = places
    this.#options = options
  }

  take(event: Event): void {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        this.#anchors = new Map()
        this.#handles = new Map(
          event.directives.flatMap((one) => (one.kind === 'tag' ? [[one.handle, one.prefix]] : [])),
        )
        this.#open('document', { start: this.#end, flow: false })
        return
      case EVENT_ID.SEQUENCE:
        this.#checkTag(event, 'seq')
        this.#open('list', {
          start: event.start,
          flow: event.style === COLLECTION_STYLE.FLOW,
          anchor: this.#anchor(event),
        })
        return
      case EVENT_ID.MAPPING:
        this.#checkTag(event, 'map')
        this.#open('map', {
          start: event.start,
          flow: event.style === COLLECTION_STYLE.FLOW,
          anchor: this.#anchor(event),
        })
        return
      case EVENT_ID.SCALAR:
        this.#scalar(event)
        return
      case EVENT_ID.ALIAS:
        this.#alias(this.#text.slice(event.anchorStart, event.anchorEnd), event.anchorStart - 1, event.anchorEnd)
        return
      case EVENT_ID.POP:
        this.#close()
        return
    }
  }

  #open(
    kind: Frame['kind'],
    { start, flow, anchor }: { start: number; flow: boolean; anchor?: Anchor | undefined },
  ): void {
    const items = kind === 'map' ? NONE : []
    const entries = kind === 'map' ? [] : NONE
    const frame = { kind, start, flow, items, entries, size: 1, depth: 0 }
    this.#frames.push(anchor ? { ...frame, anchor } : frame)
    if (kind !== 'document') this.#end = Math.max(this.#end, start)
  }

  #close(): void {
    const frame = this.#frames.pop()
    if (!frame) return
    if (frame.kind === 'document') {
      const [root] = frame.items
      this.documents.push(root ?? { type: 'scalar', value: null, at: this.#places.at(frame.start, frame.start) })
      return
    }
    if (frame.flow) this.#end = this.#closerAfter(this.#end)
    const at = this.#places.at(frame.start, this.#end)
    if (frame.merges) this.#merge(frame, frame.merges)
    const value: Value =
      frame.kind === 'list'
        ? { type: 'list', items: frame.items, at }
        : { type: 'map', entries: frame.entries, at, ...(frame.shadowed ? { shadowed: frame.shadowed } : {}) }
    if (frame.anchor) Object.assign(frame.anchor, { value, size: frame.size, depth: frame.depth + 1 })
    this.#add(value, frame.size, frame.depth + 1)
  }

  #scalar(event: ScalarEvent): void {
    const top = this.#frames.at(-1)
    const text = getScalarValue(this.#text, event)
    const isKey = top?.kind === 'map' && !top.key
    const at = this.#scalarPlace(event, top)
    const anchor = this.#anchor(event)
    if (isKey && top) {
      if (event.tagStart >= 0) this.#typed(event, text, at)
      const merge = text === '<<' && event.style === SCALAR_STYLE.PLAIN
      top.key = { text, at, merge }
      if (anchor) Object.assign(anchor, { value: { type: 'scalar', value: text, at }, size: 1, depth: 0 })
      return
    }
    const scalar =
      event.tagStart >= 0
        ? this.#typed(event, text, at)
        : event.style === SCALAR_STYLE.PLAIN
          ? readPlainScalar(text)
          : text
    const value: Value = { type: 'scalar', value: scalar, at }
    if (anchor) Object.assign(anchor, { value, size: 1, depth: 0 })
    this.#add(value, 1, 0)
  }

  /** Where the text of a scalar stands, quotes included; an empty value has the place of its key. */
  #scalarPlace(event: ScalarEvent, top: Frame | undefined): Place {
    let { valueStart: start, valueEnd: end } = event
    if (start < 0) return top?.kind === 'map' && top.key ? top.key.at : this.#places.at(this.#end, this.#end)
    if (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED) {
      start--
      end++
    } else if (event.style !== SCALAR_STYLE.PLAIN) {
      while (end > start && isSpace(this.#text.charCodeAt(end - 1))) end--
      while (start < end && isSpace(this.#text.charCodeAt(start))) start++
    }
    this.#end = end
    return this.#places.at(start, end)
  }

  #alias(name: string, start: number, end: number): void {
    this.#end = end
    const at = this.#places.at(start, end)
    const anchor = this.#anchors.get(name)
    const depth = this.#frames.length + (anchor?.depth ?? 0)
    this.#expanded += anchor?.size ?? 0
    const why = !anchor
      ? `*${name} names no anchor above it.`
      : !anchor.value
        ? `*${name} stands inside what it names.`
        : depth > this.#options.depthMax
          ? `*${name} nests collections more than ${this.#options.depthMax} deep.`
          : this.#expanded > EXPANDED_MAX
            ? `The aliases of this file stand for more than ${EXPANDED_MAX} values.`
            : undefined
    if (why === undefined && anchor?.value) {
      // A key is its text; a value keeps the places of what it stands for.
      const top = this.#frames.at(-1)
      if (top?.kind === 'map' && !top.key && anchor.value.type === 'scalar') {
        top.key = { text: String(anchor.value.value), at, merge: false }
        return
      }
      this.#add(anchor.value, anchor.size, anchor.depth)
      return
    }
    // Told once: after the limit every further alias would say the same.
    if (this.#expanded - (anchor?.size ?? 0) <= EXPANDED_MAX)
      this.problems.push({ code: 'YAML_ALIAS', message: why ?? '', at })
    this.#add({ type: 'scalar', value: null, at }, 1, 0)
  }

  #add(value: Value, size: number, depth: number): void {
    const top = this.#frames.at(-1)
    if (!top) return
    top.size += size
    if (depth > top.depth) top.depth = depth
    if (top.kind !== 'map') {
      top.items.push(value)
      return
    }
    if (!top.key) {
      this.problems.push({
        code: 'YAML_SYNTAX',
        message: 'A key must be plain text, not a map or a list.',
        at: value.at,
      })
      top.key = { text: '', at: value.at, merge: false, skip: true }
      return
    }
    const { text, at, merge, skip } = top.key
    delete top.key
    if (skip) return
    if (merge) top.merges = [...(top.merges ?? []), { value, at }]
    else this.#addEntry(top, { key: text, keyAt: at, value })
  }

  #addEntry(frame: Frame, entry: Entry): void {
    const before = indexOfKey(frame, entry.key)
    if (before < 0) {
      frame.seen?.set(entry.key, frame.entries.length)
      frame.entries.push(entry)
      return
    }
    const first = frame.entries[before]
    this.problems.push({
      code: 'KEY_DUPLICATE',
      message: `The key ${entry.key} stands twice in one map.`,
      at: entry.keyAt,
      ...(first ? { also: [{ at: first.keyAt, note: 'the first one' }] } : {}),
      hint: this.#options.legacy
        ? 'The last one is taken. Remove the other.'
        : 'Keep one of them. --legacy takes the last one.',
      ...(this.#options.legacy ? { severity: 'warning' } : {}),
    })
    if (this.#options.legacy) frame.entries[before] = entry
    else frame.shadowed = [...(frame.shadowed ?? []), entry]
  }

  /** `<<`: keys that the map does not have itself; of several maps the first wins. */
  #merge(frame: Frame, merges: readonly { value: Value; at: Place }[]): void {
    for (const { value, at } of merges) {
      const sources = value.type === 'list' ? value.items : [value]
      for (const source of sources) {
        if (source.type !== 'map') {
          this.problems.push({
            code: 'YAML_ALIAS',
            message: '<< takes a map or a list of maps.',
            at: source.at.line ? source.at : at,
          })
          continue
        }
        for (const entry of source.entries) {
          if (indexOfKey(frame, entry.key) >= 0) continue
          frame.seen?.set(entry.key, frame.entries.length)
          frame.entries.push(entry)
        }
      }
    }
  }

  #anchor(event: { anchorStart: number; anchorEnd: number }): Anchor | undefined {
    if (event.anchorStart < 0) return undefined
    const anchor: Anchor = { size: 1, depth: 0 }
    this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), anchor)
    return anchor
  }

  #checkTag(event: { tagStart: number; tagEnd: number }, expected: 'seq' | 'map'): void {
    if (event.tagStart < 0) return
    const tag = tagName(this.#rawTag(event), this.#handles)
    if (!fitsCollection(tag, expected)) this.#refuseTag(event)
  }

  #typed(event: ScalarEvent, text: string, at: Place): null | boolean | number | string {
    const tag = tagName(this.#rawTag(event), this.#handles)
    const read = tryTagReader(tag)
    if (!read) {
      this.#refuseTag(event)
      return text
    }
    const value = read(text)
    if (value !== undefined) return value
    this.problems.push({ code: 'YAML_TAG', message: `${text} is not what its tag says (${this.#rawTag(event)}).`, at })
    return text
  }

  #refuseTag(event: { tagStart: number; tagEnd: number }): void {
    this.problems.push({
      code: 'YAML_TAG',
      message: `The tag ${this.#rawTag(event)} is not known here: blueprints are plain data.`,
      at: this.#places.at(event.tagStart, event.tagEnd),
      hint: 'Remove the tag.',
    })
  }

  #rawTag = (event: { tagStart: number; tagEnd: number }): string => this.#text.slice(event.tagStart, event.tagEnd)

  /** Behind the bracket that closes a flow collection, sought after its last token. */
  #closerAfter(from: number): number {
    let i = from
    while (i < this.#text.length) {
      const char = this.#text[i]
      if (char === '}' || char === ']') return i + 1
      if (char === '#') while (i < this.#text.length && this.#text[i] !== '\n') i++
      else i++
    }
    return from
  }
}

function indexOfKey(frame: Frame, key: string): number {
  if (frame.entries.length < FEW) {
    for (let i = 0; i < frame.entries.length; i++) if (frame.entries[i]?.key === key) return i
    return -1
  }
  frame.seen ??= new Map(frame.entries.map((entry, i) => [entry.key, i]))
  return frame.seen.get(key) ?? -1
}

const isSpace = (unit: number): boolean => unit === 32 || unit === 10 || unit === 13 || unit === 9
/** What a frame never fills: lists have no entries, maps no items. */
const NONE: never[] = []
/** Maps of fewer keys are searched one by one. */
const FEW = 12
/** Values that all aliases of a file may stand for, so that nested aliases cannot grow without bound. */
const EXPANDED_MAX = 100_000
