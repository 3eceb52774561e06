/** Files that a person reads in review, and what is left out of them because it depends on the machine or the build. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { type Json, plain } from '../../src/base/json.ts'
import type { PlanNotes } from '../../src/engine/plan/notes.ts'
import type { Plan } from '../../src/engine/plan/plan.ts'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** Without what depends on this machine or this build: paths, the plan's hash, and scripts, which have tests of their own. */
export function portable(value: Json): Json {
  if (Array.isArray(value)) return value.map(portable)
  if (typeof value === 'string') return value.replaceAll(process.execPath, '‹node›').replaceAll(root, '‹ays›')
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'script') return [key, '‹script›']
      return [key, key === 'hash' ? '‹hash›' : portable(inner ?? null)]
    }),
  )
}

/** A plan and its notes so, as `planIn` takes them. */
export function reviewed(told: { readonly plan: Plan; readonly notes: PlanNotes }): [Plan, { notes: () => PlanNotes }] {
  // Only texts within are replaced.
  const { plan, notes } = portable(plain(told)) as unknown as typeof told
  return [plan, { notes: () => notes }]
}

/** Holds a text against what is kept of it; `AYS_GOLDEN=write` writes it anew. */
export function golden(file: string, text: string): void {
  if (process.env.AYS_GOLDEN === 'write') writeFileSync(file, text)
  const kept = existsSync(file) ? readFileSync(file, 'utf8') : ''
  expect(text, `${file} says something else; \`AYS_GOLDEN=write npx vitest run test/golden\` writes it anew`).toBe(kept)
}
