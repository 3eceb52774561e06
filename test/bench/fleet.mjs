// Files on nodes over real sshd: first apply, nothing to do cold and warm; beside what others need for the same.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { measureInTurn, run } from './measure.mjs'
import { peersOf } from './peers.mjs'
import { fileBlueprint, filesOn, writeWorkspace } from './worlds.mjs'

/** A table, or one without rows where there can be no lab nodes: its notes say what is missing. */
export async function benchFleet({ ays, root, folder, nodes: nodeCount, files: fileCount, times, others }) {
  const table = {
    id: 'fleet',
    title: `${fileCount} files on each of ${nodeCount} nodes over sshd (lab nodes on this machine)`,
    columns: {
      who: 'who',
      what: 'what',
      ms: 'wall ms',
      cpuMs: 'CPU ms of the controller',
      timesHand: '× wall of by hand',
    },
  }
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return { ...table, rows: [], notes: ['Not run: lab nodes need Linux and root.'] }

  const names = Array.from({ length: nodeCount }, (_, i) => `n${i + 1}`)
  // This machine's own root needs nothing built and has Python, which Ansible wants; without an sshd in it there is Debian's.
  const nodeRoot = existsSync('/usr/sbin/sshd') ? 'host' : 'debian'
  const nodeText = names.map((name) => `node.lab__${name}:\n  root: ${nodeRoot}\n`).join('')
  const workspace = writeWorkspace(join(folder, 'fleet'), { 'nodes.yaml': nodeText })
  const runtime = join(folder, 'run')
  mkdirSync(runtime, { mode: 0o700 })
  const options = { folder, env: { XDG_RUNTIME_DIR: runtime } }
  const own = (...words) => run(ays(...words), options)
  let lab
  try {
    own('apply', '--yes', workspace)
    lab = await openLab({ root, workspace, names, runtime: join(folder, 'run-peers') })
    const mine = filesOn(names, fileCount, '/etc/ays-bench')
    writeFileSync(join(workspace, 'blueprints/files.yaml'), fileBlueprint(mine))
    own('apply', '--yes', workspace)
    const checked = countFiles(lab, mine, options)
    const apply = ays('apply', '--yes', '--no-color', workspace)
    const bare = () => {
      own('destroy', '--yes', '--target', 'file/*', workspace)
      closeMasters(runtime)
    }
    const programs = [
      { who: 'ays', what: 'first', argv: apply, before: bare, expect: `Applied: ${mine.length} jobs ok` },
      {
        who: 'ays',
        what: 'nothing to do, cold',
        argv: apply,
        before: () => closeMasters(runtime),
        expect: 'Nothing to do',
      },
      { who: 'ays', what: 'nothing to do, warm', argv: apply, expect: 'Nothing to do' },
      ...peersOf({ lab, names, fileCount, folder, options, others }),
    ]
    const figures = measureInTurn(programs, { times, ...options })
    for (const { who, files = [] } of programs) {
      const { found } = countFiles(lab, files, options)
      if (found < files.length)
        throw new Error(`${who}: ${found} of ${files.length} files are on their nodes as wanted.`)
    }
    const rows = programs.map(({ who, what }, i) => {
      const hand = programs.findIndex((one) => one.who === 'by hand' && one.what === what)
      return {
        who,
        what,
        ms: figures[i].ms,
        cpuMs: figures[i].cpuMs,
        timesHand: hand < 0 ? null : figures[i].ms / figures[hand].ms,
      }
    })
    return { ...table, rows, checked, notes: notesOf(programs, times, others) }
  } finally {
    await lab?.close()
    closeMasters(runtime)
    if (existsSync(join(workspace, '.ays'))) own('destroy', '--yes', workspace)
    closeMasters(runtime)
  }
}

/** How to reach the nodes without ays's command line: ssh's own argv for each, and the way into the lab's network. */
async function openLab({ root, workspace, names, runtime }) {
  mkdirSync(runtime, { mode: 0o700 })
  process.env.XDG_RUNTIME_DIR = runtime
  const { openWorkspace } = await import(pathToFileURL(join(root, 'dist/index.js')).href)
  const opened = await openWorkspace({ folder: workspace })
  const ssh = new Map()
  for (const name of names) ssh.set(name, await opened.shellCommand(`node/${name}`))
  return {
    /** argv of a plain ssh to a node, with more options of its own; the remote command follows. */
    ssh(name, more = ['-o', 'ControlMaster=no', '-o', 'ControlPath=none']) {
      const [program, ...words] = ssh.get(name)
      return [program, '-T', '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR', ...more, ...words]
    },
    /** `host` and the values of options such as IdentityFile, for programs with an ssh of their own. */
    option(name, key) {
      const words = ssh.get(name)
      if (key === 'host') return words.at(-1)
      return words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1)
    },
    /** Before an argv: it then runs inside the lab's network. */
    inside: [
      ...(ssh
        .get(names[0])
        .find((word) => word.startsWith('ProxyCommand='))
        ?.slice('ProxyCommand='.length)
        .split(' ') ?? []),
    ].slice(0, 2),
    async close() {
      closeMasters(runtime)
      await opened.close()
    },
  }
}

/** Ends the shared connections whose sockets lie in ays's runtime folder. */
export function closeMasters(runtime) {
  if (!existsSync(runtime)) return
  for (const entry of readdirSync(runtime, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name)
    if (!statSync(path, { throwIfNoEntry: false })?.isSocket()) continue
    run(['ssh', '-O', 'exit', '-o', `ControlPath=${path}`, 'any'], { codes: [0, 255], folder: join(runtime, '..') })
    rmSync(path, { force: true })
  }
}

/** How many of the files are on their nodes with exactly this content, read by plain ssh. */
function countFiles(lab, files, options) {
  const found = files.filter(
    ({ node, path, content }) => run([...lab.ssh(node), 'cat', path], { ...options, codes: [0, 1] }).stdout === content,
  )
  return { files: files.length, found: found.length }
}

function notesOf(programs, times, others) {
  const has = (...who) => programs.some((one) => who.includes(one.who))
  const peers = [
    has('terraform', 'tofu')
      ? 'Terraform/OpenTofu: `terraform_data` with `provisioner "file"`; with nothing to do it compares its state and does not look at the nodes.'
      : 'Terraform or OpenTofu is not installed: put `terraform` or `tofu` on the PATH to have it beside.',
    has('ansible')
      ? 'Ansible: `copy` in a loop, pipelining, 10 forks, no facts.'
      : 'Ansible is not installed: `apt-get install ansible-core` (or `pipx install ansible-core`) to have it beside.',
  ]
  return [
    `Median of ${times}; programs in turn. Cold: no connection is open. Nodes and controller share this machine.`,
    'By hand: one shell script per node, all nodes at once, over plain ssh; it keeps no state, plans nothing and asks nothing.',
    ...(others ? peers : []),
  ]
}
