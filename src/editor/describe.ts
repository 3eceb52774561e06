/** What an editor shows of a word under the cursor, as Markdown. */
import { describeSchema } from '../engine/graph/schema.ts'
import type { AnyTemplate, Link } from '../engine/template.ts'
import type { KnownService } from './known.ts'
import type { Schema } from './vocabulary.ts'

export function describeTemplate(template: AnyTemplate): string {
  const { name, summary, description, unbuilt, parent, consumes } = template
  const links = [
    ...(parent ? [`Lives on: ${linkText(parent)}`] : []),
    ...Object.entries(consumes ?? {}).map(([key, link]) => `Link \`${key}\`: ${linkText(link)}`),
  ]
  const schema = template.data as Schema
  const needed = (schema.required ?? []).filter((field) => schema.properties?.[field]?.default === undefined)
  return paragraphs(
    `**${name}**: ${summary}`,
    unbuilt && `*Not built yet: ${unbuilt}*`,
    description?.trim(),
    needed.length > 0 && `Needs ${needed.map((field) => `\`${field}\``).join(', ')}.`,
    links.length > 0 && links.map((line) => `- ${line}`).join('\n'),
  )
}

export function describeField(path: string, schema: Schema, needed: boolean): string {
  const { default: value } = schema
  const facts = [
    kindText(schema),
    ...(needed ? ['needed'] : []),
    ...(value === undefined ? [] : [`default \`${JSON.stringify(value)}\``]),
  ]
  return paragraphs(`**${path}**: ${facts.join(', ')}`, schema.description)
}

export function describeLink(key: string, link: Link): string {
  return paragraphs(`**${key}**: ${linkText(link)}`, link.description)
}

export function describeService(service: KnownService): string {
  const { address, template, at, derivedBy } = service
  const where = derivedBy ? `It comes with ${derivedBy}.` : at.file === 'ays' ? undefined : `${at.file}:${at.line}`
  return paragraphs(`**${address}** (${template.name}): ${template.summary}`, where)
}

/** `a whole number from 1 to 65535`; a list says of what. */
export function kindText(schema: Schema): string {
  if (schema.type === 'array' && schema.items) return `a list: ${kindText(schema.items)}`
  return describeSchema(schema)
}

function linkText({ to, min, max, auto }: Link): string {
  const range = max === 0 ? (min === 0 ? 'any number of' : `${min} or more of`) : countText(min, max)
  return `${range} ${to.map((one) => `\`${one}\``).join(' or ')}${auto ? ', made when missing' : ''}`
}

function countText(min: number, max: number): string {
  if (max === 1) return min === 1 ? 'one' : 'at most one'
  return min === max ? String(min) : `${min} to ${max}`
}

/** Leaves out what is not there. */
export const paragraphs = (...parts: readonly (string | false | undefined)[]): string =>
  parts.filter((part) => part !== false && part !== undefined && part !== '').join('\n\n')
