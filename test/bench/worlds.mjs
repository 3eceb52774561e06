// The workspaces that are measured: generated, so that a figure names exactly what it is a figure of.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Shapes of a blueprint with n services, each with its words for the tables. */
export const worlds = {
  flat: { title: 'flat: n × `configuration`, no links, no nodes', blueprint: flat },
  layers: { title: 'four layers: `sshkey` ← 3 × `configuration` by `$after`, no nodes', blueprint: layers },
  nodes: { title: '`node.sim` ← `os` ← `file`, `unit` (3 % are nodes, 94 % have tasks)', blueprint: onNodes },
}

/** Writes a workspace; gives its folder. */
export function writeWorkspace(folder, blueprints) {
  mkdirSync(join(folder, 'blueprints'), { recursive: true })
  writeFileSync(join(folder, 'ays.yaml'), '{}\n')
  for (const [name, text] of Object.entries(blueprints)) writeFileSync(join(folder, 'blueprints', name), text)
  return folder
}

function flat(n) {
  return each(n, (i) => configuration(`c${i}`, i, ''))
}

function layers(n) {
  const width = Math.floor(n / 4)
  return each(n, (i) => {
    const layer = Math.min(3, Math.floor(i / width))
    const below = i - width
    if (layer === 0)
      return `sshkey__k${i}:\n  publicKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${i}\n  description: key ${i}\n`
    return configuration(`c${i}`, i, `  $after: [${layer === 1 ? `sshkey!k${below}` : `configuration!c${below}`}]\n`)
  })
}

function onNodes(n) {
  const nodes = Math.max(1, Math.floor(n * 0.03))
  return each(n, (i) => {
    if (i < nodes) return `node.sim__n${i}:\n  cpus: 4\n  memoryMb: 8192\n`
    if (i < 2 * nodes) return `os.ssh.debian__n${i - nodes}:\n  node: n${i - nodes}\n`
    const os = `n${i % nodes}`
    return i % 2 === 0
      ? `file__f${i}:\n  os: ${os}\n  path: /etc/bench/f${i}.conf\n  content: |\n    name = f${i}\n    level = ${i % 7}\n    text = line ${i}\n`
      : `unit__u${i}:\n  os: ${os}\n  exec: /usr/bin/sleep ${i}\n  description: unit ${i}\n  environment:\n    NUMBER: '${i}'\n`
  })
}

const configuration = (name, i, links) =>
  `configuration__${name}:\n${links}  configurations:\n    - key: name\n      value: ${name}\n    - key: number\n      value: '${i}'\n    - key: colour\n      value: ${['red', 'green', 'blue'][i % 3]}\n`

const each = (n, block) => Array.from({ length: n }, (_, i) => block(i)).join('')

/** `count` files of six lines in `folder` on each of the nodes. */
export function filesOn(nodes, count, folder) {
  return nodes.flatMap((node) =>
    Array.from({ length: count }, (_, i) => ({
      node,
      name: `${node}-${i}`,
      path: `${folder}/part-${i}.conf`,
      content: contentOf(node, i),
    })),
  )
}

/** The same files as a blueprint. */
export function fileBlueprint(files) {
  return files
    .map(
      ({ node, name, path, content }) =>
        `file__${name}:\n  node: ${node}\n  path: ${path}\n  mode: '0640'\n  content: |\n${content.replaceAll(/^(?=.)/gm, '    ')}`,
    )
    .join('')
}

const contentOf = (node, i) =>
  ['name', 'part', 'listen', 'level', 'colour', 'text']
    .map((key) => `${key} = ${node} ${i} ${'x'.repeat(16)}\n`)
    .join('')
