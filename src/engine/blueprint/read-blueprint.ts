/** Reads all blueprints of a workspace into declarations, with every mistake of every file. */
import { type Address, addressOf } from '../../base/address.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Place } from '../../base/place.ts'
import { type Problem, sortProblems } from '../../base/problem.ts'
import type { ActionRequest, Blueprint, Declaration, Scope } from './declaration.ts'
import type { Reader, ServiceReading } from './expressions.ts'
import type { DeclaredData } from './presence.ts'
import { type Block, type Condition, conditionOf, expandBlock } from './read-service.ts'
import { addressesIn, readDocument } from './read-top.ts'
import { readYaml, type SourceFile } from './read-yaml.ts'
import { tryDataOf } from './value.ts'

export interface BlueprintOptions {
  /** What expressions may read besides services; `each` is set by `$each`. */
  readonly scope: Scope
  /** AYS's own files: duplicate keys and unknown keys of actions are warnings. */
  readonly legacy?: boolean
  /** Instead of `readYaml`: an editor remembers the files that did not change. */
  readonly readYaml?: typeof readYaml
}

/** Never throws. Values that read other services stay expressions, for `resolveExpression`. */
export function readBlueprint(
  files: readonly SourceFile[],
  options: BlueprintOptions,
): {
  readonly blueprint: Blueprint
  readonly problems: readonly Problem[]
  readonly conditions: readonly Condition[]
} {
  const problems: Problem[] = []
  const lines = linesOf(files)
  const reader: Reader = { scope: options.scope, problems, lineAt: lines }
  const legacy = options.legacy ?? false
  const blocks: Block[] = []
  const aside: Block[] = []
  const actions: ActionRequest[] = []
  const unread: Address[] = []
  const conditions: Condition[] = []
  for (const file of files) {
    const read = (options.readYaml ?? readYaml)(file, { legacy })
    problems.push(...read.problems)
    if (read.broken) unread.push(...addressesIn(file.text))
    for (const document of read.documents) {
      readDocument(document, { blocks, shadowed: aside, actions, unread, reader, legacy })
    }
  }
  const { declarations, second } = unique(expandAll(blocks, unread, reader, conditions), problems)
  const shadowed = [...second, ...aside.flatMap((block) => justRead(block, reader))]
  return {
    blueprint: { declarations, actions, unread, ...(shadowed.length > 0 ? { shadowed } : {}) },
    problems: sortProblems(withoutRepeats(problems)),
    conditions,
  }
}

/** First the blocks that need nothing of others, then those whose `$each` or `$if` reads what these declare. */
function expandAll(
  blocks: readonly Block[],
  unread: Address[],
  reader: Reader,
  conditions: Condition[],
): Declaration[] {
  const expand = (block: Block, declared?: DeclaredData): readonly Declaration[] | 'waits' => {
    const before = reader.problems.length
    const leftOut: string[] = []
    const expanded = expandBlock(block, reader, declared, (name) => leftOut.push(name))
    const condition = expanded === 'waits' ? undefined : conditionOf(block, expanded, leftOut)
    if (condition) conditions.push(condition)
    // A mistake kept it away, not a condition.
    if (expanded.length === 0 && reader.problems.length > before) unread.push(addressOf(block.template, block.name))
    return expanded
  }
  const waiting: Block[] = []
  const declarations: Declaration[] = []
  const placed = new Map<Block, readonly Declaration[]>()
  for (const block of blocks) {
    const expanded = expand(block)
    if (expanded === 'waits') waiting.push(block)
    else {
      placed.set(block, expanded)
      declarations.push(...expanded)
    }
  }
  if (waiting.length === 0) return declarations
  const readings = new Map(declarations.map((one) => [one.address, readingOf(one)]))
  for (const { template, name } of waiting) {
    const address = addressOf(template, name)
    // What waits itself is there, but nothing of it is known.
    if (!readings.has(address)) readings.set(address, { name, data: {}, outputs: undefined })
  }
  for (const block of waiting) {
    const expanded = expand(block, { readings, unread: new Set(unread) })
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

/** A block that declares nothing, for its mistakes. What waits for others is not looked into. */
function justRead(block: Block, reader: Reader): readonly Declaration[] {
  const expanded = expandBlock(block, reader)
  return expanded === 'waits' ? [] : expanded
}

function unique(
  declarations: readonly Declaration[],
  problems: Problem[],
): { readonly declarations: Declaration[]; readonly second: Declaration[] } {
  const first = new Map<Address, Declaration>()
  const second: Declaration[] = []
  for (const declaration of declarations) {
    const before = first.get(declaration.address)
    if (!before) {
      first.set(declaration.address, declaration)
      continue
    }
    second.push(declaration)
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
  return { declarations: [...first.values()], second }
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
