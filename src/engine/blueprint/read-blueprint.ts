/** Reads all blueprints of a workspace into declarations, with every mistake of every file. */
import { type Address, addressOf } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import { type Problem, sortProblems } from '../../base/problem.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { ActionRequest, Blueprint, Declaration, Entry, Scope, Value } from './declaration.ts'
import type { Reader, ServiceReading } from './expressions.ts'
import { isName, splitServiceKey } from './names.ts'
import { readActions } from './read-actions.ts'
import { type Block, expandBlock, readBlock } from './read-service.ts'
import { readYaml, type SourceFile } from './read-yaml.ts'
import { kindOf, tryDataOf } from './value.ts'

export interface BlueprintOptions {
  /** What expressions may read besides services; `each` is set by `$each`. */
  readonly scope: Scope
  /** AYS's own files: duplicate keys and unknown keys of actions are warnings. */
  readonly legacy?: boolean
}

/** Never throws. Values that read other services stay expressions, for `resolveExpression`. */
export function readBlueprint(
  files: readonly SourceFile[],
  options: BlueprintOptions,
): { readonly blueprint: Blueprint; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const lines = linesOf(files)
  const reader: Reader = { scope: options.scope, problems, lineAt: lines }
  const legacy = options.legacy ?? false
  const blocks: Block[] = []
  const actions: ActionRequest[] = []
  const unread: Address[] = []
  for (const file of files) {
    const read = readYaml(file, { legacy })
    problems.push(...read.problems)
    if (read.broken) unread.push(...addressesIn(file.text))
    for (const document of read.documents) {
      for (const entry of topEntries(document, problems)) readTop(entry, { blocks, actions, reader, legacy })
    }
  }
  const declarations = unique(expandAll(blocks, unread, reader), problems)
  return { blueprint: { declarations, actions, unread }, problems: sortProblems(withoutRepeats(problems)) }
}

interface Sink {
  readonly blocks: Block[]
  readonly actions: ActionRequest[]
  readonly reader: Reader
  readonly legacy: boolean
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
}

/** First the blocks that need nothing of others, then those whose `$each` or `$if` reads what these declare. */
function expandAll(blocks: readonly Block[], unread: readonly Address[], reader: Reader): Declaration[] {
  const waiting: Block[] = []
  const declarations: Declaration[] = []
  const placed = new Map<Block, readonly Declaration[]>()
  for (const block of blocks) {
    const expanded = expandBlock(block, reader)
    if (expanded === 'waits') waiting.push(block)
    else {
      placed.set(block, expanded)
      declarations.push(...expanded)
    }
  }
  if (waiting.length === 0) return declarations
  const declared = new Map(declarations.map((one) => [one.address, readingOf(one)]))
  // What waits itself, or could not be read, is there, but nothing of it is known.
  for (const { template, name } of waiting) {
    const address = addressOf(template, name)
    if (!declared.has(address)) declared.set(address, { name, data: {}, outputs: undefined })
  }
  for (const address of unread)
    if (!declared.has(address)) declared.set(address, { name: address, data: {}, outputs: undefined })
  for (const block of waiting) {
    const expanded = expandBlock(block, reader, declared)
    if (expanded !== 'waits') placed.set(block, expanded)
  }
  return blocks.flatMap((block) => placed.get(block) ?? [])
}

function readingOf(declaration: Declaration): ServiceReading {
  const known = declaration.fields.flatMap((entry) => {
    const data = tryDataOf(entry.value)
    return data === undefined ? [] : [[entry.key, data] as const]
  })
  // Secrets may stand at the leaves, which JsonObject does not name.
  return { name: declaration.name, data: Object.fromEntries(known) as JsonObject, outputs: undefined }
}

function unique(declarations: readonly Declaration[], problems: Problem[]): Declaration[] {
  const first = new Map<Address, Declaration>()
  for (const declaration of declarations) {
    const before = first.get(declaration.address)
    if (!before) {
      first.set(declaration.address, declaration)
      continue
    }
    problems.push({
      code: 'SERVICE_DUPLICATE',
      message:
        before.template === declaration.template
          ? `${declaration.address} is declared twice.`
          : `${before.template}__${before.name} and ${declaration.template}__${declaration.name} are both ${declaration.address}.`,
      at: declaration.at,
      also: [{ at: before.at, note: 'the first one' }],
      hint: 'Give one of them another name.',
    })
  }
  return [...first.values()]
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
function addressesIn(text: string): Address[] {
  return text.split(/\r\n|\n|\r/).flatMap((line) => {
    const split = splitServiceKey(/^["']?([^\s#:'"-][^\s:'"]*)["']?\s*:/.exec(line)?.[1] ?? '')
    return split && isName(split.template) && isName(split.name) ? [addressOf(split.template, split.name)] : []
  })
}

/** `$each` makes the same mistake once per service. */
function withoutRepeats(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>()
  return problems.filter((problem) => {
    const key = JSON.stringify([problem.code, problem.message, problem.at])
    return seen.has(key) ? false : seen.add(key)
  })
}

function linesOf(files: readonly SourceFile[]): (at: Place) => string | undefined {
  const split = new Map<string, readonly string[]>()
  return (at) => {
    let lines = split.get(at.file)
    if (!lines) {
      const text = files.find((file) => file.path === at.file)?.text ?? ''
      lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
      split.set(at.file, lines)
    }
    return lines[at.line - 1]
  }
}
