/** Makes a template of one's own: its code, its page, and a test that passes at once. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { roleOf } from './base/address.ts'
import { ProblemsError } from './base/problem.ts'
import { isName } from './engine/blueprint/names.ts'
import { templates as shipped } from './templates/index.ts'
import { findRoot } from './workspace/locate.ts'
import { readsTypeScript } from './workspace/template-code.ts'

/** Files that were written, relative to the workspace. Throws TEMPLATE_INVALID for a name that is taken or none. */
export function createTemplate(
  name: string,
  folder: string,
): { readonly root: string; readonly written: readonly string[] } {
  const root = findRoot(folder)
  const refuse = (message: string, hint: string): never => {
    throw new ProblemsError([{ code: 'TEMPLATE_INVALID', message, hint }])
  }
  if (!isName(name) || !/^[\w.-]+$/.test(name) || name.includes('__'))
    refuse(`"${name}" cannot be the name of a template.`, 'Use letters, digits, "-", "_" and ".", such as web.static.')
  if (shipped.some((one) => one.name === name)) refuse(`A template ${name} ships with ays.`, 'Take another name.')
  if (existsSync(join(root, 'templates', name))) refuse(`templates/${name} is there already.`, 'Take another name.')
  const language = readsTypeScript() ? 'ts' : 'js'
  const files: Readonly<Record<string, string>> = {
    [`template.${language}`]: codeOf(name),
    'README.md': pageOf(name, language),
    [`${name}.test.yaml`]: testOf(name),
  }
  mkdirSync(join(root, 'templates', name), { recursive: true })
  for (const [file, text] of Object.entries(files))
    writeFileSync(join(root, 'templates', name, file), text, { flag: 'wx' })
  return { root, written: Object.keys(files).map((file) => `templates/${name}/${file}`) }
}

const codeOf = (name: string): string => `/** ${name}: say here what it is for. */
import { defineTemplate, file, oneOf, Type } from 'ays'

export default defineTemplate({
  name: '${name}',
  summary: 'One line that says what it is.',
  // The fields of a blueprint: checked, with defaults, and shown by \`ays templates show ${name}\`.
  data: Type.Object({
    greeting: Type.String({ default: 'hello', description: 'What its file says.' }),
  }),
  // Where it lives: a node, or the operating system on one.
  parent: oneOf(['node', 'os']),
  // What is wanted on that node, in the order of work. Equal data gives equal tasks: no clock, no chance, no reading of files.
  tasks: ({ slug, data }) => [file(\`/etc/ays/${name}/\${slug}.txt\`, \`\${data.greeting}\\n\`)],
  // What others may read: \${services["${roleOf(name)}/x"].path}
  outputs: ({ slug }) => ({ path: \`/etc/ays/${name}/\${slug}.txt\` }),
})
`

const pageOf = (name: string, language: string): string => `# ${name}

Say here what it is for, and what it does on a node.

\`\`\`yaml
node__n1:
  host: 10.0.0.11

${name}__mine:
  node: n1
  greeting: good day
\`\`\`

The fields are in [template.${language}](template.${language}); \`ays templates show ${name}\` shows them as a page. What it
promises is in [${name}.test.yaml](${name}.test.yaml); \`ays test --filter ${name}\` holds it to that.
`

const testOf = (name: string): string => {
  const address = `${roleOf(name)}/mine`
  return `# What ${name} promises, on a simulated node. Run with \`ays test\`.
given:
  blueprint:
    node.sim__n1:
    ${name}__mine: { node: n1 }

tests:
  a bare node settles:
    expect:
      services:
        ${address}: { node: node/n1, fields: { greeting: hello } }
      plan:
        create:
          - node/n1
          - ${address}: ['file:/etc/ays/${name}/*.txt']
      settles: true

  another greeting changes the file and nothing else:
    given:
      applied:
        blueprint:
          node.sim__n1:
          ${name}__mine: { node: n1, greeting: good day }
    expect:
      plan: { create: 0, update: [${address}], remove: 0 }
      settles: true

  what is gone from the blueprint is taken away:
    given:
      blueprint: { node.sim__n1: }
      applied:
        blueprint:
          node.sim__n1:
          ${name}__mine: { node: n1 }
    expect:
      plan: { remove: [${address}] }
      settles: true

  a field that it does not have is refused:
    given:
      blueprint:
        node.sim__n1:
        ${name}__mine: { node: n1, greting: hello }
    expect:
      refused: FIELD_UNKNOWN
`
}
