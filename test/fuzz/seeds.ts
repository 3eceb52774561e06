/** Real files that the fuzzer mutates. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = process.env.AYS_FUZZ_ROOT ?? process.cwd()

/** The blueprints and settings of every example. */
function examples(of: (folder: string) => readonly string[]): string[] {
  const folder = join(root, 'examples')
  return readdirSync(folder).flatMap((name) =>
    of(join(folder, name))
      .filter(existsSync)
      .map((file) => readFileSync(file, 'utf8')),
  )
}

function inFolder(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}

export const seeds = {
  blueprints: examples((folder) => inFolder(join(folder, 'blueprints'))),
  settings: examples((folder) => [join(folder, 'ays.yaml')]),
  schema: `@0xf3d30fa3ae2e10d8;
struct Schema {
  description @0 :Text;
  memory @1 :Int64 = 1;
  disk @2 :List(Text);
  owner @3 :Owner;
  state @4 :State = halted;
  active @5 :Bool = false;
  using X = import "x.capnp";
  union { a @6 :Void; b :group { c @7 :UInt8 = 3; } }
  struct Owner { name @0 :Text; inner @1 :Owner; }
  enum State { running @0; halted @1; }
}
`,
  config: `doc:
  property:
  - memory: memory in GB
links:
  parent: { role: app, argname: app, auto: false, optional: true }
  consume:
  - { role: db, argname: disk, min: '0', max: 100, auto: true }
`,
}

export const compositions = [
  `summary: An app with its databases.
data:
  title: { type: text, default: site }
  count: { type: integer, default: 1, min: 0, max: 3 }
  labels: { type: map, of: text, default: {} }
parent: { to: [node], optional: true }
consumes:
  store: { to: db, max: 1 }
services:
  app__\${name}:
    node: \${parent}
    title: \${data.title} of \${name}
    labels: \${data.labels}
  db__\${name}:
    $each: \${data.count}
    $if: data.count > 1
`,
  `data: { owner: { fields: { name: text } }, level: { enum: [a, b] } }
services:
  maker__\${name}:
  app__\${name}-x: { title: '\${services["maker/" + name].token}', $after: ['maker/\${name}'] }
`,
]
