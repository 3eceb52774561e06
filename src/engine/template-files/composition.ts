/** A template that is put together of others, in YAML: `templates/NAME/template.yaml`. */
import { type Problem, ProblemsError } from '../../base/problem.ts'
import type { Entry, Scope, Value } from '../blueprint/declaration.ts'
import { type Reader, readExpressions } from '../blueprint/expressions.ts'
import { isName, splitServiceKey } from '../blueprint/names.ts'
import { type Block, expandBlock, readBlock } from '../blueprint/read-service.ts'
import { readYaml, type SourceFile } from '../blueprint/read-yaml.ts'
import { findEntry } from '../blueprint/value.ts'
import type { AnyTemplate, Derived, OwnView } from '../template.ts'
import { readFields } from './read-field.ts'
import { readConsumes, readParent } from './read-links.ts'
import { readOutputs } from './read-outputs.ts'
import { entriesIn, misfit, textIn } from './reading.ts'

/** The template as far as it could be read; its mistakes are TEMPLATE_INVALID, at their places. Never throws. */
export function readComposition(
  name: string,
  file: SourceFile,
): { readonly template: AnyTemplate; readonly problems: readonly Problem[] } {
  const read = readYaml(file)
  const problems = [...read.problems]
  const [root, second] = read.documents
  if (second)
    problems.push({ code: 'TEMPLATE_INVALID', message: 'A template is one document, not several.', at: second.at })
  const entries = root ? entriesIn('A template', root, KEYS, problems) : []
  const find = (key: string): Value | undefined => findEntry(entries, key)?.value
  const summary = textIn('summary', find('summary'), problems)
  const description = textIn('description', find('description'), problems)
  const parent = readParent(find('parent'), problems)
  const children = readChildren(find('services'), problems)
  const data = readFields('data', find('data'), problems)
  const consumes = readConsumes(find('consumes'), problems)
  const outputs = readOutputs(find('outputs'), Object.keys(data.properties), problems)
  return {
    template: {
      name,
      summary: summary ?? 'A composition of this workspace.',
      ...(description === undefined ? {} : { description }),
      data,
      ...(parent ? { parent } : {}),
      consumes,
      whole: true,
      ...(problems.length > 0 ? { broken: true } : {}),
      derive: (service) => children.flatMap((child) => compose(child, scopeOf(service))),
      ...(outputs.length > 0
        ? { declaredOutputs: { names: outputs.map(({ key }) => key), of: (service) => valuesOf(outputs, service) } }
        : {}),
    },
    problems,
  }
}

const KEYS = ['summary', 'description', 'data', 'parent', 'consumes', 'services', 'outputs']

const scopeOf = ({ name, data, links, waiting }: OwnView<Readonly<Record<string, unknown>>>): Scope => ({
  ...NOTHING,
  own: { name, data, links, parent: links.parent?.[0] ?? '', ...(waiting ? { waiting } : {}) },
})

/** Outputs for one service of the template. Throws ProblemsError. */
function valuesOf(outputs: readonly Entry[], service: OwnView): readonly Entry[] {
  const problems: Problem[] = []
  const reader: Reader = { scope: scopeOf(service), problems }
  const values = outputs.map((entry) => ({ ...entry, value: readExpressions(entry.value, reader) }))
  if (problems.length > 0) throw new ProblemsError(problems)
  return values
}

/** A composition sees its own service and nothing else, so that it means the same wherever it is used. */
const NOTHING: Scope = {
  vars: {},
  env: {},
  secret: () => undefined,
  missingSecret: () => ({
    reason: 'a template takes no secrets of its own',
    hint: 'Give it as a field of the service: ${data.password}.',
  }),
  readFile: () => ({ reason: 'a template reads no files' }),
}

function readChildren(value: Value | undefined, problems: Problem[]): readonly Entry[] {
  if (!value) return []
  return entriesIn('services', value, undefined, problems).filter((entry) => {
    const split = splitServiceKey(entry.key)
    if (split && isName(split.template)) {
      const isMap = entry.value.type === 'map' || (entry.value.type === 'scalar' && entry.value.value === null)
      if (!isMap) misfit(entry.key, 'a map of fields', entry.value, problems)
      return isMap
    }
    problems.push({
      code: 'TEMPLATE_INVALID',
      message: `${entry.key} is no template__name.`,
      at: entry.keyAt,
      hint: 'Write template__${name}-part, for one.',
    })
    return false
  })
}

/** The services of one block under `services:`, for one service of the template. Throws ProblemsError. */
function compose(child: Entry, scope: Scope): Derived[] {
  const problems: Problem[] = []
  const reader: Reader = { scope, problems }
  const block = blockOf(child, reader)
  const expanded = block ? expandBlock(block, reader) : []
  if (expanded === 'waits')
    problems.push({
      code: 'SET_UNKNOWN',
      message: `How many services ${child.key} makes may not depend on other services.`,
      at: child.keyAt,
      hint: '$each and $if of a template may read data, name, parent and links.',
    })
  if (problems.length > 0 || expanded === 'waits') throw new ProblemsError(problems)
  return expanded.map(({ template, name, fields, steer, at }) => ({
    template,
    name,
    data: {},
    declared: { fields, steer, at },
  }))
}

function blockOf({ key, keyAt, value }: Entry, reader: Reader): Block | undefined {
  const read = readExpressions({ type: 'scalar', value: key, at: keyAt }, reader)
  if (read.type === 'expression') {
    reader.problems.push({
      code: 'SET_UNKNOWN',
      message: `The name ${key} may not depend on other services.`,
      at: keyAt,
    })
    return undefined
  }
  const split = read.type === 'scalar' && typeof read.value === 'string' ? splitServiceKey(read.value) : undefined
  if (split && isName(split.name)) return readBlock({ ...split, at: keyAt }, value, reader.problems)
  if (reader.problems.length === 0)
    reader.problems.push({
      code: 'NAME_INVALID',
      message: `${key} gives ${read.type === 'scalar' ? `"${String(read.value)}"` : 'no text'}, which names no service.`,
      at: keyAt,
      hint: 'Use letters and digits, with "-", "_" and "." between them.',
    })
  return undefined
}
