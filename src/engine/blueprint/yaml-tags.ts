/** The tags of YAML that blueprints may use: those of plain data. */
import { isNullWord, tryReadBoolean, tryReadFloat, tryReadInteger } from './yaml-scalars.ts'

/** The whole name of a tag as it is written, its handle resolved by the document's %TAG lines. */
export function tagName(raw: string, handles: ReadonlyMap<string, string>): string {
  if (raw.startsWith('!<')) return raw.slice(2, -1)
  const [, handle = '!', suffix = ''] = /^(![0-9A-Za-z-]*!|!)(.*)$/s.exec(raw) ?? []
  return (handles.get(handle) ?? (handle === '!!' ? STANDARD : handle)) + suffix
}

/** How a scalar of a tag is read; the reader gives undefined for text that does not fit. No reader: the tag is refused. */
export function tryTagReader(
  tag: string,
): ((text: string) => null | boolean | number | string | undefined) | undefined {
  return READERS.get(tag)
}

/** `!` says nothing of a collection; `!!map` and `!!seq` say what it is. */
export const fitsCollection = (tag: string, kind: 'seq' | 'map'): boolean => tag === '!' || tag === STANDARD + kind

const STANDARD = 'tag:yaml.org,2002:'
const READERS = new Map<string, (text: string) => null | boolean | number | string | undefined>([
  ['!', (text) => text],
  [`${STANDARD}str`, (text) => text],
  [`${STANDARD}int`, tryReadInteger],
  [`${STANDARD}float`, (text) => tryReadFloat(text) ?? tryReadInteger(text)],
  [`${STANDARD}bool`, tryReadBoolean],
  [`${STANDARD}null`, (text) => (isNullWord(text) ? null : undefined)],
])
