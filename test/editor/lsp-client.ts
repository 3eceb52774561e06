/** An editor, as far as the protocol sees one: a real client over the standard streams of the built `ays lsp`. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node'

export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)))

export interface Diagnostic {
  readonly code: string
  readonly message: string
  readonly severity: number
  readonly range: { readonly start: Position; readonly end: Position }
}
export interface Position {
  readonly line: number
  readonly character: number
}
interface Item {
  readonly label: string
  readonly detail?: string
  readonly textEdit: { readonly newText: string; readonly range: { readonly start: Position; readonly end: Position } }
}

export class Client {
  readonly #process: ChildProcess
  readonly #connection: MessageConnection
  readonly #diagnostics = new Map<string, readonly Diagnostic[]>()
  readonly #waiting = new Set<() => void>()
  readonly #texts = new Map<string, { text: string; version: number }>()
  readonly exited: Promise<number | null>

  constructor(flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, [join(root, 'bin/ays.js'), 'lsp', ...flags], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    this.#process = child
    this.exited = new Promise((done) => child.on('exit', done))
    this.#connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    )
    this.#connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => {
        this.#diagnostics.set(uri, diagnostics)
        for (const wake of this.#waiting) wake()
      },
    )
    this.#connection.listen()
  }

  async start(folder: string): Promise<Record<string, unknown>> {
    const result: { capabilities: Record<string, unknown> } = await this.#connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: uriOf(folder),
      workspaceFolders: [{ uri: uriOf(folder), name: 'w' }],
      capabilities: {},
    })
    await this.#connection.sendNotification('initialized', {})
    return result.capabilities
  }

  async open(path: string, text: string): Promise<void> {
    this.#texts.set(path, { text, version: 1 })
    await this.#connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: uriOf(path), languageId: 'yaml', version: 1, text },
    })
  }

  /** Replaces the first `before` by `after`, as an edit of that stretch alone. */
  async edit(path: string, before: string, after: string): Promise<void> {
    const known = this.#texts.get(path)
    if (!known?.text.includes(before)) throw new Error(`${path} does not hold ${before}`)
    const at = known.text.indexOf(before)
    const range = { start: positionOf(known.text, at), end: positionOf(known.text, at + before.length) }
    const text = known.text.slice(0, at) + after + known.text.slice(at + before.length)
    this.#texts.set(path, { text, version: known.version + 1 })
    await this.#connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: uriOf(path), version: known.version + 1 },
      contentChanges: [{ range, text: after }],
    })
  }

  async close(path: string): Promise<void> {
    await this.#connection.sendNotification('textDocument/didClose', { textDocument: { uri: uriOf(path) } })
  }

  /** `at`: text that stands once in the document; the cursor is behind it. */
  async complete(path: string, at: string): Promise<readonly Item[]> {
    const result: { items: Item[] } | Item[] = await this.#connection.sendRequest(
      'textDocument/completion',
      this.#ask(path, at),
    )
    return 'items' in result ? result.items : result
  }

  async hover(path: string, at: string): Promise<string | undefined> {
    const result: { contents: { value: string } } | null = await this.#connection.sendRequest(
      'textDocument/hover',
      this.#ask(path, at),
    )
    return result?.contents.value
  }

  async definition(path: string, at: string): Promise<readonly { uri: string; range: { start: Position } }[]> {
    return await this.#connection.sendRequest('textDocument/definition', this.#ask(path, at))
  }

  async format(path: string): Promise<readonly { newText: string }[]> {
    return await this.#connection.sendRequest('textDocument/formatting', {
      textDocument: { uri: uriOf(path) },
      options: { tabSize: 4, insertSpaces: true },
    })
  }

  /** Waits until the diagnostics of a file are as asked for; fails after `limitMs`. */
  async until(
    path: string,
    holds: (all: readonly Diagnostic[]) => boolean,
    limitMs = 10_000,
  ): Promise<readonly Diagnostic[]> {
    const now = (): readonly Diagnostic[] => this.#diagnostics.get(uriOf(path)) ?? []
    return await new Promise((done, failed) => {
      const look = (): void => {
        if (!holds(now())) return
        this.#waiting.delete(look)
        clearTimeout(timer)
        done(now())
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(look)
        failed(new Error(`after ${limitMs} ms the diagnostics are ${JSON.stringify(now())}`))
      }, limitMs)
      this.#waiting.add(look)
      look()
    })
  }

  /** Says goodbye as editors do. */
  async stop(): Promise<number | null> {
    await this.#connection.sendRequest('shutdown')
    await this.#connection.sendNotification('exit')
    const code = await this.exited
    this.#connection.dispose()
    return code
  }

  /** Goes away without a word. */
  vanish(): void {
    this.#process.stdin?.end()
  }

  #ask(path: string, at: string): { textDocument: { uri: string }; position: Position } {
    const text = this.#texts.get(path)?.text ?? ''
    const offset = text.indexOf(at)
    if (offset < 0) throw new Error(`${path} does not hold ${at}`)
    return { textDocument: { uri: uriOf(path) }, position: positionOf(text, offset + at.length) }
  }
}

export const uriOf = (path: string): string => pathToFileURL(path).href

function positionOf(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 }
}
