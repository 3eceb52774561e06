/** Reads the top-level keys of a blueprint: services, actions, and what is neither. */
import { type Address, addressOf } from '../../base/address.ts'
import type { Problem } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { ActionRequest, Entry, Value } from './declaration.ts'
import type { Reader } from './expressions.ts'
import { isName, splitServiceKey } from './names.ts'
import { readActions } from './read-actions.ts'
import { type Block, readBlock } from './read-service.ts'
import { kindOf } from './value.ts'

/** What top-level keys are gathered into. */
export interface Sink {
  readonly blocks: Block[]
  /** Blocks whose key stands above already. */
  readonly shadowed: Block[]
  readonly actions: ActionRequest[]
  /** Addresses whose block is no map. */
  readonly unread: Address[]
  readonly reader: Reader
  readonly legacy: boolean
}

/** Every key of a document; a document that is no map is a mistake. */
export function readDocument(document: Value, sink: Sink): void {
  for (const entry of topEntries(document, sink.reader.problems)) readTop(entry, sink)
  const aside: Sink = { ...sink, blocks: sink.shadowed, actions: [], unread: [] }
  for (const entry of document.type === 'map' ? (document.shadowed ?? []) : []) readTop(entry, aside)
}

function readTop(entry: Entry, sink: Sink): void {
  const { problems } = sink.reader
  switch (entry.key) {
    case 'actions':
      sink.actions.push(...readActions(entry.value, sink.reader, { legacy: sink.legacy }))
      return
    case 'eventfilters':
      problems.push({
        code: 'EVENTFILTERS',
        message: 'eventfilters never had an effect in AYS and have none here.',
        at: entry.keyAt,
        hint: 'Remove them.',
        severity: 'warning',
      })
      return
    case 'services':
      for (const service of serviceList(entry, problems)) readServiceKey(service, sink)
      return
    default:
      readServiceKey(entry, sink)
  }
}

function readServiceKey(entry: Entry, sink: Sink): void {
  const { problems } = sink.reader
  const split = splitServiceKey(entry.key)
  if (!split) {
    problems.push({
      code: 'TOP_KEY',
      message: `${entry.key === '' ? 'An empty key' : entry.key} is neither template__name nor one of actions, eventfilters and services.`,
      at: entry.keyAt,
      hint: topKeyHint(entry.key),
    })
    return
  }
  for (const [what, text] of [
    ['template', split.template],
    ['service', split.name],
  ] as const) {
    if (isName(text)) continue
    problems.push({
      code: 'NAME_INVALID',
      message: text === '' ? `${entry.key} has no name for its ${what}.` : `"${text}" cannot be the name of a ${what}.`,
      at: entry.keyAt,
      hint: 'Use letters and digits, with "-", "_" and "." between them.',
    })
    return
  }
  const block = readBlock({ ...split, at: entry.keyAt }, entry.value, problems)
  if (block) sink.blocks.push(block)
  else sink.unread.push(addressOf(split.template, split.name))
}

/** 0-robot's list of maps with one key each. */
function serviceList(entry: Entry, problems: Problem[]): readonly Entry[] {
  const { value } = entry
  if (value.type === 'scalar' && value.value === null) return []
  if (value.type !== 'list') {
    problems.push({
      code: 'FIELD_TYPE',
      message: `services takes a list, not ${kindOf(value)}.`,
      at: value.at,
      hint: 'Write `- template__name:` below it.',
    })
    return []
  }
  return value.items.flatMap((item) => {
    if (item.type === 'map' && item.entries.length === 1) return item.entries
    const found = item.type === 'map' ? `${item.entries.length} keys` : kindOf(item)
    problems.push({
      code: 'FIELD_TYPE',
      message: `Each item of services is a map of one key, template__name; this one is ${found}.`,
      at: item.at,
      hint: 'Indent the fields below the key, further than the key itself.',
    })
    return []
  })
}

function topEntries(document: Value, problems: Problem[]): readonly Entry[] {
  if (document.type === 'map') return document.entries
  if (document.type === 'scalar' && document.value === null) return []
  problems.push({
    code: 'TOP_KEY',
    message: `A blueprint is a map of template__name keys, not ${kindOf(document)}.`,
    at: document.at,
  })
  return []
}

function topKeyHint(key: string): string {
  const near = didYouMean(key, ['actions', 'eventfilters', 'services'])
  if (near) return near
  const single = /^([^_]+)_([^_].*)$/.exec(key)
  if (single) return `Did you mean ${single[1]}__${single[2]}? A template and a name have two underscores between them.`
  return key.startsWith('$')
    ? 'Keys that start with $ belong inside a service.'
    : `A service is declared as template__name, such as node__${key || 'n1'}.`
}

/** Addresses that a file seems to declare which could not be read. */
export function addressesIn(text: string): Address[] {
  return text.split(/\r\n|\n|\r/).flatMap((line) => {
    const split = splitServiceKey(/^(?:\s*-\s+)?["']?([^\s#:'"-][^\s:'"]*)["']?\s*:/.exec(line)?.[1] ?? '')
    return split && isName(split.template) && isName(split.name) ? [addressOf(split.template, split.name)] : []
  })
}
