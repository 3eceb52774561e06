/** What may stand next in an expression. */

import { factOutputs } from '../engine/facts.ts'
import type { AnyTemplate } from '../engine/template.ts'
import { addresses } from './complete-values.ts'
import type { Completion } from './completion.ts'
import { describeField, paragraphs } from './describe.ts'
import { type Known, tryFindService } from './known.ts'
import { fieldsOf } from './meaning.ts'
import { roots, type Schema } from './vocabulary.ts'

/** `before`: the expression up to the cursor. */
export function expressionWords(before: string, known: Known): Completion[] {
  if (/services\s*\[\s*["'][^"'\]]*$/.test(before)) return addresses(known)
  const service = /services\s*\[\s*["']([^"']+)["']\s*\]\.[A-Za-z0-9_]*$/.exec(before)?.[1]
  if (service !== undefined) {
    const found = tryFindService(service, known.services)
    const fields = fieldsOf((found?.template.data ?? {}) as Schema)
    return [
      ...fields.map(
        ([label, schema], rank): Completion => ({
          label,
          type: 'field',
          description: describeField(label, schema, false),
          rank,
        }),
      ),
      ...(found?.template.declaredOutputs?.names ?? []).map(
        (label): Completion => ({ label, type: 'field', detail: 'output', rank: 100 }),
      ),
      ...outputsOf(found?.template).map(
        ([label, { description, type }]): Completion => ({
          label,
          type: 'field',
          detail: type,
          description,
          rank: 100,
        }),
      ),
      ...['name', 'outputs', 'data'].map((label): Completion => ({ label, type: 'field', rank: 200 })),
    ]
  }
  const root = /\b(vars|env|secrets|each)\.[A-Za-z0-9_]*$/.exec(before)?.[1]
  switch (root) {
    case 'vars':
      return Object.entries(known.vars).map(([label, { type, description }]) => ({
        label,
        type: 'variable',
        detail: type,
        ...(description ? { description } : {}),
        rank: 100,
      }))
    case 'env':
      return known.env.map((label) => ({ label, type: 'variable', rank: 100 }))
    case 'secrets':
      return known.secrets.map((label) => ({ label, type: 'variable', rank: 100 }))
    case 'each':
      return ['key', 'value'].map((label) => ({ label, type: 'variable', rank: 100 }))
    default:
      return /[.\]]\s*\w*$/.test(before)
        ? []
        : Object.entries(roots).map(([label, description]) => ({
            label,
            type: 'keyword',
            description: paragraphs(`**${label}**`, description),
            insert: label === 'services' ? 'services["' : label === 'file' ? 'file("' : `${label}.`,
            rank: 100,
          }))
  }
}

/** Those that a template describes, and what every node gives. */
const outputsOf = (template: Pick<AnyTemplate, 'gives' | 'connection'> | undefined) => [
  ...Object.entries(template?.gives ?? {}),
  ...Object.entries(template?.connection ? factOutputs : {}),
]
