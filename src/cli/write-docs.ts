/** Writes the pages of the docs that are made from the code, so that they cannot say something else. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codes } from '../base/codes.ts'
import { planSchema } from '../engine/plan/plan-schema.ts'
import { templates } from '../templates/index.ts'
import type { CommandShape } from './completion/commands.ts'
import { sorted, templatePage } from './views/template-page.ts'

/** Paths that were written. Pages of templates that are gone are removed. */
export async function writeDocs(folder: string, commands: readonly CommandShape[]): Promise<readonly string[]> {
  const pages = docsPages(commands)
  await mkdir(join(folder, 'templates'), { recursive: true })
  for (const old of await readdir(join(folder, 'templates'))) {
    if (old.endsWith('.md') && !pages.has(`templates/${old}`)) await rm(join(folder, 'templates', old))
  }
  for (const [file, text] of pages) await writeFile(join(folder, file), text)
  return [...pages.keys()].map((file) => join(folder, file))
}

/** Every generated page by its path under docs/. */
export function docsPages(commands: readonly CommandShape[]): ReadonlyMap<string, string> {
  return new Map([
    ['errors.md', errorsPage()],
    ['commands.md', commandsPage(commands)],
    ['plan.schema.json', `${JSON.stringify(planSchema, null, 2)}\n`],
    ['templates/index.md', indexPage()],
    ...templates.map((template) => [`templates/${template.name}.md`, templatePage(template)] as const),
  ])
}

const made = (from: string): string => `<!-- Made from ${from} by \`npm run docs\`. -->\n\n`

function errorsPage(): string {
  const entries = Object.entries(codes).map(([code, meaning]) => `## ${code}\n\n${meaning}`)
  return `${made('src/base/codes.ts')}# What ays may say, and what to do\n\n${entries.join('\n\n')}\n`
}

function indexPage(): string {
  const lines = sorted(templates).map(
    (one) => `- [${one.name}](${one.name}.md): ${one.summary}${one.unbuilt ? ' *Not built yet.*' : ''}`,
  )
  return `${made('the templates')}# Templates\n\n${lines.join('\n')}\n`
}

function commandsPage(commands: readonly CommandShape[]): string {
  const sections = commands.map((command) => {
    const words = command.args.map(
      (arg) => (arg.required ? arg.name.toUpperCase() : `[${arg.name.toUpperCase()}]`) + (arg.many ? '…' : ''),
    )
    const rows = command.flags.map(
      (flag) =>
        `| \`${[flag.char ? `-${flag.char}` : '', `--${flag.allowNo ? '[no-]' : ''}${flag.name}`].filter(Boolean).join(', ')}${flag.value ? ` ${flag.value}` : ''}\` | ${[flag.summary, flag.options.length > 0 ? `One of ${flag.options.join(', ')}.` : '', flag.default === undefined ? '' : `Default: ${flag.default}.`].filter(Boolean).join(' ').replaceAll('|', '\\|')} |`,
    )
    return [
      `## ays ${[command.name, ...words].join(' ')}`,
      command.summary,
      ...(command.description ? [command.description] : []),
      ...(command.examples.length > 0 ? [`\`\`\`sh\n${command.examples.join('\n')}\n\`\`\``] : []),
      ['| flag | what it does |', '| --- | --- |', ...rows].join('\n'),
    ].join('\n\n')
  })
  return `${made('the commands')}# Commands\n\n${sections.join('\n\n')}\n`
}
