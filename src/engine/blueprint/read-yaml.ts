/** Reads the text of a YAML file into documents of values that know their places, with every mistake of the file. */
import { type Event, parseEvents, YAMLException } from 'js-yaml'
import type { Problem } from '../../base/problem.ts'
import type { Value } from './declaration.ts'
import { composeDocuments } from './yaml-compose.ts'
import { findSyntaxMistakes } from './yaml-mistakes.ts'
import { placesOf } from './yaml-places.ts'

/** A file as it was read from disk; `path` is how people know it (relative to the workspace). */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

export interface YamlRead {
  /** One value per document; none when the file is broken. */
  readonly documents: readonly Value[]
  readonly problems: readonly Problem[]
  /** The text is not YAML: nothing is known of what it declares. */
  readonly broken: boolean
}

/**
 * Never throws: what is wrong is a problem. The values come from js-yaml's events (fast, with offsets); a file that it
 * refuses is read again with `yaml`, which recovers after a mistake and so finds all of them.
 * `legacy`: a duplicate key is a warning and the last one wins.
 */
export function readYaml(file: SourceFile, options: { readonly legacy?: boolean } = {}): YamlRead {
  const text = file.text.charCodeAt(0) === BYTE_ORDER_MARK ? file.text.slice(1) : file.text
  const places = placesOf(file.path, text)
  let events: Event[]
  try {
    events = parseEvents(text, { maxDepth: DEPTH_MAX })
  } catch (error) {
    const stopped =
      error instanceof YAMLException
        ? { reason: error.reason, offset: error.mark?.position ?? 0 }
        : { reason: 'the text could not be read', offset: 0 }
    return { documents: [], problems: findSyntaxMistakes(text, places, stopped), broken: true }
  }
  return {
    ...composeDocuments(events, text, places, { legacy: options.legacy ?? false, depthMax: DEPTH_MAX }),
    broken: false,
  }
}

/** Nesting of collections; aliases count as what they stand for. */
const DEPTH_MAX = 100
const BYTE_ORDER_MARK = 0xfe_ff
