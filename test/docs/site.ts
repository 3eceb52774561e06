/** The template of docs/writing-a-template.md: a folder with a page, served by a small web server. */
import { Type } from 'typebox'
import { text } from '../../src/base/secret.ts'
import { defineTemplate, manyOf } from '../../src/engine/template.ts'
import { answersTcp } from '../../src/sal/answers/tcp.ts'
import { packages } from '../../src/sal/apt/packages.ts'
import { directory } from '../../src/sal/files/directory.ts'
import { file } from '../../src/sal/files/file.ts'
import { running } from '../../src/sal/systemd/running.ts'
import { unit } from '../../src/sal/systemd/unit.ts'
import { onNode } from '../../src/templates/places.ts'
import { storageEngine } from '../../src/templates/storage-engine.ts'

export const site = defineTemplate({
  name: 'site',
  summary: 'A page, served over HTTP from a folder of its own.',
  data: Type.Object({
    title: Type.String({ minLength: 1, description: 'What the page says.' }),
    port: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65_535, description: 'Absent: the first free one from 8080 on.' }),
    ),
  }),
  parent: onNode,
  consumes: { engines: manyOf([storageEngine], { description: 'Engines that the page lists.' }) },
  allocate: ({ data, node, take }) => ({
    port: take(`tcp@${node.address}`, 'port', { wish: data.port, from: ports() }),
  }),
  tasks: ({ slug, data, allocated, peers }) => {
    const folder = `/srv/${slug}`
    const engines = peers.engines.map((engine) => `<li>${engine.name}: at most ${engine.data.maxMemory}</li>`)
    return [
      packages(['python3']),
      directory(folder),
      file(`${folder}/index.html`, `<h1>${data.title}</h1>\n<ul>${engines.join('')}</ul>\n`),
      unit(`ays-site-${slug}`, unitText(folder, String(allocated.port))),
    ]
  },
  running: ({ slug, tasks, allocated }) => [
    running(`ays-site-${slug}`, { startedWith: tasks.filter((task) => task.thing.startsWith('unit:')) }),
    answersTcp({ port: Number(allocated.port) }),
  ],
  outputs: ({ node, allocated }) => ({ url: `http://${String(node?.outputs.host)}:${String(allocated.port)}/` }),
})

function* ports(): Generator<number> {
  for (let port = 8080; port < 8180; port++) yield port
}

const unitText = (folder: string, port: string) => text`[Unit]
Description=A page from ${folder}

[Service]
ExecStart=/usr/bin/python3 -m http.server --directory ${folder} ${port}
DynamicUser=yes
Restart=on-failure

[Install]
WantedBy=multi-user.target
`
