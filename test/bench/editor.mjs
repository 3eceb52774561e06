// How fast the language server answers: a real client over the standard streams of `ays lsp`.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import { median } from './measure.mjs'
import { worlds, writeWorkspace } from './worlds.mjs'

/** One row per request and number of files. The first answers, which warm the compiler up, are not counted. */
export async function benchEditor({ ays, folder, services, times }) {
  const rows = []
  for (const files of [1, 20]) {
    const root = writeWorkspace(join(folder, `editor-${files}`), parts(worlds.nodes.blueprint(services), files))
    const figures = await useEditor({ argv: ays('lsp'), root, times })
    for (const [what, all] of Object.entries(figures))
      rows.push({ files, what, ms: median(all).toFixed(1), worst: Math.max(...all).toFixed(1) })
  }
  return {
    id: 'editor',
    title: `Language server on ${services} services`,
    columns: { files: 'files', what: 'request', ms: 'median ms', worst: 'slowest ms' },
    rows,
    notes: [
      `${times} of each after ten. Edits wait 10 ms for the next one; where reading and linking takes more than 100 ms, half of that.`,
    ],
  }
}

async function useEditor({ argv, root, times }) {
  const path = join(root, 'blueprints', 'part-00.yaml')
  const uri = pathToFileURL(path).href
  let text = readFileSync(path, 'utf8')
  let version = 1
  let published = () => {}
  const [program, ...words] = argv
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const client = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin))
  client.onNotification('textDocument/publishDiagnostics', (sent) => {
    if (sent.uri === uri) published(sent.diagnostics)
  })
  client.listen()
  const figures = { 'start to first answer': [] }
  const timed = async (what, act) => {
    const start = performance.now()
    await act()
    figures[what] = [...(figures[what] ?? []), performance.now() - start]
  }
  const link = text.search(/^ {2}os: n\d+$/m) + '  os: n'.length
  const ask = (method, more = { position: positionOf(text, link) }) =>
    client.sendRequest(`textDocument/${method}`, { textDocument: { uri }, ...more })
  const edit = (from, to, after) => {
    const range = { start: positionOf(text, from), end: positionOf(text, to) }
    text = text.slice(0, from) + after + text.slice(to)
    version += 1
    return client.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ range, text: after }],
    })
  }
  const diagnostics = (wanted) =>
    new Promise((done) => {
      published = (all) => all.length > 0 === wanted && done()
    })

  await timed('start to first answer', async () => {
    const rootUri = pathToFileURL(root).href
    await client.sendRequest('initialize', { processId: process.pid, rootUri, capabilities: {} })
    await client.sendNotification('initialized', {})
    await client.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'yaml', version, text },
    })
    await ask('completion')
  })
  for (let i = 0; i < times + 10; i++) {
    if (i === 10) for (const what of Object.keys(figures).slice(1)) delete figures[what]
    for (const what of ['completion', 'hover', 'definition']) await timed(what, () => ask(what))
    await timed('edit to diagnostic', async () => {
      const seen = diagnostics(true)
      await edit(link, link, 'x')
      await timed('completion right behind an edit', () => ask('completion'))
      await seen
    })
    await timed('edit to no diagnostic', async () => {
      const seen = diagnostics(false)
      await edit(link, link + 1, '')
      await seen
    })
    await timed('formatting', () => ask('formatting', { options: { tabSize: 2, insertSpaces: true } }))
  }
  await client.sendRequest('shutdown')
  await client.sendNotification('exit')
  client.dispose()
  return figures
}

/** The services of one text spread over files. */
function parts(text, files) {
  const blocks = text.split(/^(?=\S)/m)
  const names = Array.from({ length: files }, (_, i) => `part-${String(i).padStart(2, '0')}.yaml`)
  return Object.fromEntries(names.map((name, i) => [name, blocks.filter((_, n) => n % files === i).join('')]))
}

function positionOf(text, offset) {
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length - 1, character: lines.at(-1).length }
}
