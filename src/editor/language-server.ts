/** The language server: one connection to an editor, and a project for each workspace that it has open. */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createConnection,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  MarkupKind,
  ProposedFeatures,
  type TextDocumentPositionParams,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Clock } from '../base/clock.ts'
import { ProblemsError } from '../base/problem.ts'
import { findRoot } from '../workspace/locate.ts'
import { completionsAt } from './complete.ts'
import { definitionsAt } from './definition.ts'
import { formatYaml } from './format/format-yaml.ts'
import { hoverAt } from './hover.ts'
import { itemOf, locationOf, spanRange } from './lsp-words.ts'
import { OpenProject } from './open-project.ts'

export interface LanguageServerOptions {
  readonly environment?: string | undefined
  readonly legacy?: boolean | undefined
  readonly version: string
  readonly clock: Clock
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/** Serves until the editor goes, which ends the process. */
export function serveLanguage(options: LanguageServerOptions): void {
  const connection = createConnection(ProposedFeatures.all, options.input, options.output)
  const documents = new TextDocuments(TextDocument)
  const projects = new Map<string, OpenProject>()
  let watches = false

  const projectOf = (uri: string): OpenProject | undefined => {
    const path = tryPath(uri)
    const root = path === undefined ? undefined : tryRoot(dirname(path))
    if (root === undefined) return undefined
    const known = projects.get(root)
    if (known) return known
    const project = new OpenProject({ root, connection, ...options })
    projects.set(root, project)
    return project
  }

  connection.onInitialize((params) => {
    watches = params.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration ?? false
    for (const uri of foldersOf(params)) projectOf(`${uri}/ays.yaml`)
    return capabilities(options.version)
  })
  connection.onInitialized(async () => {
    for (const project of projects.values()) project.changed()
    if (!watches) return
    const patterns = ['**/ays.yaml', '**/blueprints/*', '**/vars/*', '**/templates/**']
    await connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: patterns.map((globPattern) => ({ globPattern })),
    })
  })
  connection.onDidChangeWatchedFiles(({ changes }) => {
    for (const project of new Set(changes.map(({ uri }) => projectOf(uri)))) project?.changed()
  })
  connection.onDidChangeConfiguration(() => {})

  documents.onDidChangeContent(({ document }) => {
    const path = tryPath(document.uri)
    if (path !== undefined) projectOf(document.uri)?.edit(path, document.getText())
  })
  documents.onDidClose(({ document }) => {
    const path = tryPath(document.uri)
    if (path !== undefined) projectOf(document.uri)?.edit(path, undefined)
  })

  /** What a request is about; undefined for what is no file of a workspace, or none that ays reads. */
  const placeOf = async ({ textDocument, position }: TextDocumentPositionParams) => {
    const path = tryPath(textDocument.uri)
    const project = projectOf(textDocument.uri)
    const known = await project?.known()
    const document = documents.get(textDocument.uri)
    const language = path === undefined ? undefined : project?.languageOf(path)
    if (!document || !project || !known || !language) return undefined
    return { document, text: document.getText(), offset: document.offsetAt(position), project, known, language }
  }

  connection.onCompletion(async (params) => {
    const place = await placeOf(params)
    if (!place) return []
    const { span, items } = completionsAt(place.text, place.offset, place.known, place.language)
    const range = spanRange(place.document, span)
    return { isIncomplete: false, items: items.map((item) => itemOf(item, range)) }
  })
  connection.onHover(async (params) => {
    const place = await placeOf(params)
    const found = place && hoverAt(place.text, place.offset, place.known, place.language)
    return found
      ? { contents: { kind: MarkupKind.Markdown, value: found.markdown }, range: spanRange(place.document, found.span) }
      : null
  })
  connection.onDefinition(async (params) => {
    const place = await placeOf(params)
    if (!place) return []
    const places = definitionsAt(place.text, place.offset, place.known)
    // What every workspace has stands in no file.
    return places.filter(({ file }) => file !== 'ays').map((at) => locationOf(at, place.project.pathOf))
  })
  connection.onDocumentFormatting(({ textDocument }) => {
    const document = documents.get(textDocument.uri)
    const result = document && formatYaml({ path: textDocument.uri, text: document.getText() })
    if (!document || result?.state !== 'formatted' || result.text === document.getText()) return []
    return [{ range: spanRange(document, { start: 0, end: document.getText().length }), newText: result.text }]
  })

  documents.listen(connection)
  connection.listen()
}

function capabilities(version: string): InitializeResult {
  return {
    serverInfo: { name: 'ays', version },
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      completionProvider: { triggerCharacters: [' ', '.', '$', '{', '"', '/', '!'] },
      hoverProvider: true,
      definitionProvider: true,
      documentFormattingProvider: true,
    },
  }
}

function foldersOf({ workspaceFolders, rootUri }: InitializeParams): string[] {
  return workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : [])
}

const tryPath = (uri: string): string | undefined => (uri.startsWith('file:') ? fileURLToPath(uri) : undefined)

function tryRoot(folder: string): string | undefined {
  try {
    return findRoot(folder)
  } catch (error) {
    if (error instanceof ProblemsError) return undefined
    throw error
  }
}
