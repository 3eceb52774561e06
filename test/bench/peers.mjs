// The same files by other means: a shell script per node by hand, and Terraform and Ansible where they are installed.

import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './measure.mjs'
import { filesOn } from './worlds.mjs'

/** Programs to measure, as `measureInTurn` takes them, with `who` and `what`. */
export function peersOf(input) {
  return [...byHand(input), ...(input.others ? [...withTerraform(input), ...withAnsible(input)] : [])]
}

function byHand({ lab, names, fileCount, folder, options }) {
  const files = filesOn(names, fileCount, '/etc/hand-bench')
  const of = (name) => files.filter((file) => file.node === name)
  const warmPath = join(folder, 'hand-%C')
  const warm = ['-o', 'ControlMaster=auto', '-o', 'ControlPersist=120', '-o', `ControlPath=${warmPath}`]
  const writing = onAll({ name: 'hand-write', lab, names, folder, script: (name) => writeScript(of(name)) })
  const checking = onAll({ name: 'hand-check', lab, names, folder, script: (name) => checkScript(of(name)) })
  const checkingWarm = onAll({
    name: 'hand-warm',
    lab,
    names,
    folder,
    script: (name) => checkScript(of(name)),
    more: warm,
  })
  const remove = onAll({ name: 'hand-remove', lab, names, folder, script: () => 'rm -rf /etc/hand-bench\n' })
  return [
    { who: 'by hand', what: 'first', argv: writing, files, before: () => run(remove, options) },
    { who: 'by hand', what: 'nothing to do, cold', argv: checking },
    { who: 'by hand', what: 'nothing to do, warm', argv: checkingWarm, before: () => run(checkingWarm, options) },
  ]
}

/** argv of a program that runs a script on every node at once and fails where one does. */
function onAll({ name, lab, names, folder, script, more }) {
  const lines = names.map((node) => {
    const file = join(folder, `${name}-${node}.sh`)
    writeFileSync(file, script(node))
    return `${[...lab.ssh(node, more), 'sh'].map(quoted).join(' ')} <${quoted(file)} & p="$p $!"\n`
  })
  const file = join(folder, `${name}.sh`)
  writeFileSync(file, `p=\n${lines.join('')}for one in $p; do wait "$one" || exit 1; done\n`)
  return ['sh', file]
}

function writeScript(files) {
  const parts = files.map(({ path, content }) => `cat >"$t/${path.split('/').at(-1)}" <<'END'\n${content}END\n`)
  return `set -e; umask 027; mkdir -p /etc/hand-bench; t=$(mktemp -d /etc/hand-bench/.new-XXXXXX)\n${parts.join('')}chmod 640 "$t"/*; sync "$t"/*; mv -f "$t"/* /etc/hand-bench; rmdir "$t"\n`
}

function checkScript(files) {
  const sums = files.map(({ path, content }) => `${createHash('sha256').update(content).digest('hex')}  ${path}\n`)
  return `sha256sum --status -c <<'END' && [ "$(stat -c %a:%U:%G /etc/hand-bench/* | sort -u)" = 640:root:root ]\n${sums.join('')}END\n`
}

function withTerraform({ lab, names, fileCount, folder, options }) {
  const program = ['terraform', 'tofu'].find(onPath)
  if (!program) return []
  const dir = join(folder, program)
  mkdirSync(join(dir, 'files'), { recursive: true })
  const files = filesOn(names, fileCount, '/etc/tf-bench')
  for (const { name, content } of files) writeFileSync(join(dir, 'files', name), content)
  for (const name of names) copyFileSync(lab.option(name, 'IdentityFile'), join(dir, `key-${name}`))
  const resources = files.map(
    ({ node, name, path }) => `resource "terraform_data" "f-${name}" {
  input = filesha256("files/${name}")
  triggers_replace = [filesha256("files/${name}")]
  connection {
    type = "ssh"
    host = "${lab.option(node, 'host')}"
    user = "root"
    private_key = file("key-${node}")
    agent = false
    timeout = "20s"
  }
  provisioner "file" {
    source = "files/${name}"
    destination = "${path}"
  }
}
`,
  )
  writeFileSync(join(dir, 'main.tf'), resources.join(''))
  const inside = (...words) => ['sh', '-c', 'cd "$0" && exec "$@"', dir, ...lab.inside, program, ...words]
  const env = {
    ...options.env,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_CLI_CONFIG_FILE: join(dir, 'none.tfrc'),
  }
  writeFileSync(join(dir, 'none.tfrc'), '')
  run(inside('init', '-no-color'), { ...options, env })
  const folders = onAll({
    name: 'tf-empty',
    lab,
    names,
    folder,
    script: () => 'rm -rf /etc/tf-bench && mkdir /etc/tf-bench\n',
  })
  const argv = inside('apply', '-auto-approve', '-no-color')
  const before = () => {
    run(folders, options)
    for (const file of ['terraform.tfstate', 'terraform.tfstate.backup']) rmSync(join(dir, file), { force: true })
  }
  return [
    { who: program, what: 'first', argv, files, env, before, expect: `${files.length} added` },
    { who: program, what: 'nothing to do, cold', argv, env, expect: 'No changes' },
  ]
}

function withAnsible({ lab, names, fileCount, folder, options }) {
  if (!onPath('ansible-playbook')) return []
  const dir = join(folder, 'ansible')
  const files = filesOn(names, fileCount, '/etc/ansible-bench')
  for (const { node, path, content } of files) {
    mkdirSync(join(dir, 'files', node), { recursive: true })
    writeFileSync(join(dir, 'files', node, path.split('/').at(-1)), content)
  }
  const hosts = names.map((name) => [
    name,
    {
      ansible_host: lab.option(name, 'host'),
      ansible_user: 'root',
      ansible_ssh_common_args: lab.ssh(name, []).slice(1, -2).map(quoted).join(' '),
    },
  ])
  const inventory = join(dir, 'hosts.json')
  writeFileSync(inventory, JSON.stringify({ all: { hosts: Object.fromEntries(hosts) } }))
  const list = Array.from({ length: fileCount }, (_, i) => `part-${i}.conf`)
  writeFileSync(
    join(dir, 'play.yml'),
    `- hosts: all
  gather_facts: false
  tasks:
    - file: { path: /etc/ansible-bench, state: directory, mode: '0755' }
    - copy: { src: 'files/{{ inventory_hostname }}/{{ item }}', dest: '/etc/ansible-bench/{{ item }}', mode: '0640', owner: root, group: root }
      loop: ${JSON.stringify(list)}
`,
  )
  const control = join(folder, 'an')
  const env = {
    ...options.env,
    LC_ALL: 'C.UTF-8',
    ANSIBLE_PIPELINING: 'True',
    ANSIBLE_FORKS: '10',
    ANSIBLE_SSH_CONTROL_PATH_DIR: control,
    ANSIBLE_HOST_KEY_CHECKING: 'False',
  }
  const argv = ['ansible-playbook', '-i', inventory, join(dir, 'play.yml')]
  const remove = onAll({ name: 'an-remove', lab, names, folder, script: () => 'rm -rf /etc/ansible-bench\n' })
  const cold = () => endMasters(control, folder)
  const first = () => {
    run(remove, options)
    cold()
  }
  return [
    { who: 'ansible', what: 'first', argv, files, env, before: first, expect: 'changed=2' },
    { who: 'ansible', what: 'nothing to do, cold', argv, env, before: cold, expect: 'changed=0' },
    { who: 'ansible', what: 'nothing to do, warm', argv, env, expect: 'changed=0' },
  ]
}

function endMasters(control, folder) {
  if (existsSync(control))
    run(['sh', '-c', 'for s in "$0"/*; do [ ! -S "$s" ] || ssh -O exit -o ControlPath="$s" any; done', control], {
      folder,
      codes: [0, 255],
    })
}

const onPath = (program) => (process.env.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, program)))
const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
