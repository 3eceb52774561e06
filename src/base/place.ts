/** Where something stands in a file: 1-based line and column, as editors count; the end is exclusive. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine?: number
  readonly endColumn?: number
}

/** `blueprints/main.yaml:3:7`, the form that terminals and editors make clickable. */
export function showPlace(at: Place): string {
  return `${at.file}:${at.line}:${at.column}`
}

/** Orders places by file, line and column. */
export function comparePlaces(a: Place | undefined, b: Place | undefined): number {
  if (!a || !b) return a ? -1 : b ? 1 : 0
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column
}
