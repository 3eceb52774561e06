/** Takes a YAML text apart into what is kept as it is written (atoms) and the white space between, which is laid out anew. */
import { type CST, Parser } from 'yaml'
import { moveBlock } from './block-text.ts'

/** A block map or list that is open where an atom stands: its column in the text, and the one it will have. */
export interface Level {
  readonly column: number
  readonly indent: number
}

/** A piece of text that formatting never changes, but for the indentation of its further lines. */
export interface Atom {
  readonly type: 'comment' | 'marker' | 'dash' | 'colon' | 'comma' | 'open' | 'close' | 'property' | 'alias' | 'scalar'
  readonly text: string
  /** Line breaks before it; 0: it stands on the line of the atom before. */
  readonly breaks: number
  /** White space directly before it, and its column in the text. */
  readonly gap: number
  readonly column: number
  /** Its indentation, where it is the first of its line. */
  readonly indent: number
  readonly levels: readonly Level[]
}

/** undefined where the text holds something that this does not know. */
export function tryTakeApart(text: string): Atom[] | undefined {
  const taking = new Taking()
  try {
    for (const token of new Parser().parse(text)) taking.top(token)
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined
    throw error
  }
  return taking.atoms
}

class NotUnderstood extends Error {}

/** Where a node stands: the indentation of the lines that begin with it, and the one of what holds it. */
interface Spot {
  readonly indent: number
  readonly holder: number
  readonly levels: readonly Level[]
}

/** Spaces for each level. */
const INDENT = 2

const ROOT: Spot = { indent: 0, holder: -INDENT, levels: [] }

class Taking {
  readonly atoms: Atom[] = []
  #breaks = 0
  #gap = 0
  #column = 0

  top(token: CST.Token): void {
    switch (token.type) {
      case 'document':
        this.#all(token.start, ROOT)
        if (token.value) this.#node(token.value, ROOT)
        this.#all(token.end, ROOT)
        return
      case 'doc-end':
        this.#atom('marker', token.source, ROOT)
        this.#all(token.end, ROOT)
        return
      case 'directive':
        this.#atom('marker', token.source, ROOT)
        return
      case 'byte-order-mark':
        return
      case 'comment':
      case 'newline':
      case 'space':
        this.#source(token, ROOT)
        return
      default:
        throw new NotUnderstood(token.type)
    }
  }

  #node(node: CST.Token, spot: Spot): void {
    switch (node.type) {
      case 'block-map':
        this.#blockMap(node, spot)
        return
      case 'block-seq':
        this.#blockList(node, spot)
        return
      case 'flow-collection':
        this.#flow(node, spot, 1)
        return
      case 'block-scalar':
        this.#blockScalar(node, spot)
        return
      case 'alias':
      case 'scalar':
      case 'single-quoted-scalar':
      case 'double-quoted-scalar':
        this.#scalar(node, spot, spot.holder + INDENT)
        return
      default:
        throw new NotUnderstood(node.type)
    }
  }

  #blockMap(map: CST.BlockMap, { indent, levels: around }: Spot): void {
    const levels = [...around, { column: map.indent, indent }]
    const here: Spot = { indent, holder: indent, levels }
    const inside: Spot = { ...here, indent: indent + INDENT }
    for (const item of map.items) {
      this.#all(item.start, here)
      if (item.key) this.#node(item.key, item.explicitKey ? inside : here)
      this.#separators(item.sep, here, inside)
      if (item.value) this.#node(item.value, inside)
    }
  }

  #blockList(list: CST.BlockSequence, { indent, levels: around }: Spot): void {
    const levels = [...around, { column: list.indent, indent }]
    const here: Spot = { indent, holder: indent, levels }
    const inside: Spot = { ...here, indent: indent + INDENT }
    for (const item of list.items) {
      const dash = item.start.findIndex((token) => token.type === 'seq-item-ind')
      this.#all(item.start.slice(0, dash + 1), here)
      this.#all(item.start.slice(dash + 1), dash < 0 ? here : inside)
      if (item.key || item.sep) throw new NotUnderstood('pair in a list')
      if (item.value) this.#node(item.value, inside)
    }
  }

  /** Lines inside brackets, and the closing one, must be further in than what holds them. */
  #flow(flow: CST.FlowCollection, spot: Spot, depth: number): void {
    const outer: Spot = { ...spot, indent: spot.holder + INDENT * depth }
    const inner: Spot = { ...spot, indent: spot.holder + INDENT * (depth + 1) }
    this.#atom('open', flow.start.source, depth === 1 ? spot : outer)
    for (const item of flow.items) {
      this.#all(item.start, inner)
      if (item.key) this.#inFlow(item.key, inner, depth)
      this.#all(item.sep, inner)
      if (item.value) this.#inFlow(item.value, inner, depth)
    }
    for (const token of flow.end) {
      if (token.type === 'flow-map-end' || token.type === 'flow-seq-end') this.#atom('close', token.source, outer)
      else this.#source(token, spot)
    }
  }

  #inFlow(node: CST.Token, spot: Spot, depth: number): void {
    if (node.type === 'flow-collection') this.#flow(node, spot, depth + 1)
    else if (node.type === 'block-map' || node.type === 'block-seq' || node.type === 'block-scalar')
      throw new NotUnderstood(node.type)
    else if ('source' in node) this.#scalar(node as CST.FlowScalar, spot, spot.indent)
    else throw new NotUnderstood(node.type)
  }

  /** Further lines of plain and quoted text: their indentation says nothing. */
  #scalar(node: CST.FlowScalar, spot: Spot, further: number): void {
    const [first = '', ...rest] = node.source.split('\n')
    const lines = rest.map((line) => {
      const bare = line.replace(/^[ \t]+/, '')
      return bare === '' ? '' : `${' '.repeat(Math.max(0, further))}${bare}`
    })
    this.#atom(node.type === 'alias' ? 'alias' : 'scalar', [first, ...lines].join('\n'), spot, node.source)
    this.#all(node.end, spot)
  }

  #blockScalar(node: CST.BlockScalar, spot: Spot): void {
    let head = ''
    for (const token of node.props) {
      if (token.type === 'block-scalar-header') {
        head = token.source
        this.#atom('scalar', head, spot)
      } else if (token.type !== 'block-map' && 'source' in token) this.#source(token as CST.SourceToken, spot)
    }
    const column = Math.max(0, spot.levels.at(-1)?.column ?? 0)
    const { text, breaks } = moveBlock(node.source, { head, column, indent: spot.holder, step: INDENT })
    if (text !== '') {
      this.#breaks = 0
      this.atoms.push(this.#at('scalar', text, spot))
    }
    this.#breaks += breaks
    this.#gap = 0
    this.#column = 0
  }

  #separators(tokens: readonly CST.SourceToken[] | undefined, here: Spot, inside: Spot): void {
    for (const token of tokens ?? []) this.#source(token, token.type === 'map-value-ind' ? here : inside)
  }

  #all(tokens: readonly CST.SourceToken[] | undefined, spot: Spot): void {
    for (const token of tokens ?? []) this.#source(token, spot)
  }

  #source(token: CST.SourceToken, spot: Spot): void {
    switch (token.type) {
      case 'newline':
        this.#breaks += token.source.split('\n').length - 1
        this.#gap = 0
        this.#column = 0
        return
      case 'space':
        this.#gap += token.source.length
        this.#column += token.source.length
        return
      case 'byte-order-mark':
      case 'flow-error-end':
        throw new NotUnderstood(token.type)
      default: {
        const type = TYPES.get(token.type)
        if (!type) throw new NotUnderstood(token.type)
        this.#atom(type, token.source, type === 'marker' ? ROOT : spot)
      }
    }
  }

  /** `written`: the text as it stands in the file, for the column behind it. */
  #atom(type: Atom['type'], text: string, spot: Spot, written = text): void {
    this.atoms.push(this.#at(type, text, spot))
    const end = written.lastIndexOf('\n')
    this.#column = end < 0 ? this.#column + written.length : written.length - end - 1
    this.#breaks = 0
    this.#gap = 0
  }

  #at(type: Atom['type'], text: string, { indent, levels }: Spot): Atom {
    return { type, text, breaks: this.#breaks, gap: this.#gap, column: this.#column, indent, levels }
  }
}

const TYPES = new Map<CST.SourceToken['type'], Atom['type']>([
  ['comment', 'comment'],
  ['doc-start', 'marker'],
  ['seq-item-ind', 'dash'],
  ['explicit-key-ind', 'dash'],
  ['map-value-ind', 'colon'],
  ['comma', 'comma'],
  ['anchor', 'property'],
  ['tag', 'property'],
])
