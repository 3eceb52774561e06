/** What a plan was made from, file by file: digests of content, so that a commit that changes none of it changes nothing. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../base/secret.ts'
import type { SavedPlan } from '../engine/plan/plan-schema.ts'
import { CODE_FILES } from './template-code.ts'
import { isTemplateFolder, TEMPLATE_FOLDERS } from './template-folders.ts'
import { filesOf } from './template-lock.ts'

/** SHA-256 by path from the workspace's root. */
export type SourceDigests = SavedPlan['sources']

/** What reading notes as it goes; files that expressions read come while the graph is linked. */
export class SourceNotes {
  readonly blueprints: Record<string, string> = {}
  readonly vars: Record<string, string> = {}
  readonly files: Record<string, string> = {}

  note(what: 'blueprints' | 'vars' | 'files', path: string, text: string): void {
    this[what][path] = sha256(text)
  }
}

/** With the templates of the workspace as they are now. */
export function sourceDigests(root: string, notes: SourceNotes): SourceDigests {
  const templates: Record<string, string> = {}
  for (const folder of TEMPLATE_FOLDERS)
    for (const template of templatesIn(root, folder))
      for (const file of filesOf(join(root, template))) {
        const path = `${template}/${file}`
        templates[path] = sha256(readFileSync(join(root, path)))
      }
  return { blueprints: notes.blueprints, vars: notes.vars, templates, files: notes.files }
}

const DEPTH_MAX = 5

function templatesIn(root: string, folder: string, depth = 0): string[] {
  const full = join(root, folder)
  if (depth > DEPTH_MAX || !existsSync(full)) return []
  const inside = readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  const names = inside.map((one) => one.name)
  if (depth > 0 && (isTemplateFolder(names) || CODE_FILES.some((file) => names.includes(file)))) return [folder]
  return inside
    .filter((one) => one.isDirectory() && !one.name.startsWith('.') && one.name !== 'node_modules')
    .flatMap((one) => templatesIn(root, `${folder}/${one.name}`, depth + 1))
}

/** `blueprints/main.yaml changed`, one line per file that is not as it was. */
export function movedSources(before: SourceDigests, now: SourceDigests): readonly string[] {
  const kinds = ['blueprints', 'vars', 'templates', 'files'] as const
  return kinds.flatMap((kind) => {
    const paths = [...new Set([...Object.keys(before[kind]), ...Object.keys(now[kind])])].sort()
    return paths.flatMap((path) => {
      const [then, here] = [before[kind][path], now[kind][path]]
      if (then === here) return []
      return [`${path} ${then === undefined ? 'is new' : here === undefined ? 'is gone' : 'changed'}`]
    })
  })
}
