/** From what ays knows to the words of the Language Server Protocol, and back. */
import { pathToFileURL } from 'node:url'
import {
  type CompletionItem,
  CompletionItemKind,
  type Diagnostic,
  DiagnosticSeverity,
  type Location,
  MarkupKind,
  type Range,
} from 'vscode-languageserver/node'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import type { Place } from '../base/place.ts'
import { isError, type Problem } from '../base/problem.ts'
import type { Completion } from './completion.ts'
import type { Span } from './cursor.ts'

/** Lines and columns count from 1 here and from 0 there; both count UTF-16 units. */
export function rangeOf({ line, column, endLine = line, endColumn = column + 1 }: Place): Range {
  return { start: { line: line - 1, character: column - 1 }, end: { line: endLine - 1, character: endColumn - 1 } }
}

export const spanRange = (document: TextDocument, { start, end }: Span): Range => ({
  start: document.positionAt(start),
  end: document.positionAt(end),
})

/** `pathOf`: where a place's file lies. */
export function locationOf(at: Place, pathOf: (file: string) => string): Location {
  return { uri: pathToFileURL(pathOf(at.file)).href, range: rangeOf(at) }
}

export function diagnosticOf(problem: Problem, pathOf: (file: string) => string): Diagnostic {
  const { code, message, at, also = [], hint } = problem
  return {
    code,
    source: 'ays',
    severity: isError(problem) ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    message: hint ? `${message}\n${hint}` : message,
    range: at ? rangeOf(at) : { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    ...(also.length > 0
      ? { relatedInformation: also.map(({ at, note }) => ({ location: locationOf(at, pathOf), message: note })) }
      : {}),
  }
}

export function itemOf(completion: Completion, range: Range): CompletionItem {
  const { label, type, detail, description, insert = label, rank } = completion
  return {
    label,
    kind: KINDS[type],
    // Editors sort by text.
    sortText: `${String(rank + 1_000)} ${label}`,
    filterText: label,
    textEdit: { range, newText: insert },
    ...(detail ? { detail } : {}),
    ...(description ? { documentation: { kind: MarkupKind.Markdown, value: description } } : {}),
  }
}

const KINDS = {
  template: CompletionItemKind.Class,
  field: CompletionItemKind.Property,
  link: CompletionItemKind.Reference,
  keyword: CompletionItemKind.Keyword,
  service: CompletionItemKind.Value,
  value: CompletionItemKind.EnumMember,
  variable: CompletionItemKind.Variable,
} as const
