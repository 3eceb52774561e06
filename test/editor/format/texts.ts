/** Blueprints laid out in every way that people lay them out, for properties of formatting. */
import fc from 'fast-check'

type Node =
  | { readonly scalar: string }
  | { readonly list: readonly Node[] }
  | { readonly map: readonly (readonly [string, Node])[] }

/** Scalars as they are written, those that YAML versions disagree about among them. */
const scalar = fc.oneof(
  fc.constantFrom(
    '22:22',
    '010',
    'yes',
    'No',
    '~',
    '',
    '1_000',
    '0x1f',
    '1e3',
    '.5',
    'null',
    'on',
    '190:20:30',
    '2001-01-01',
  ),
  fc.constantFrom(
    '"a # b"',
    "'it''s: so'",
    '"tab\\t"',
    "''",
    '"\\u00e9"',
    '!!str 12',
    '${vars.size}',
    '"${services[\'node!n1\'].name}"',
  ),
  fc.constantFrom('plain text', 'a-b', 'http://x.example/y', '-1', '@x'.slice(1), 'é ü', 'a,b'),
  fc.stringMatching(/^[a-z][a-z0-9 ]{0,12}[a-z]$/),
)
const key = fc.oneof(
  fc.stringMatching(/^[a-z][a-zA-Z_.]{0,8}$/),
  fc.constantFrom('"quoted key"', 'max.memory', '<<x', '$tags', '0'),
)

const node: fc.Arbitrary<Node> = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    scalar.map((text): Node => ({ scalar: text })),
    fc.array(tie('node'), { minLength: 1, maxLength: 4 }).map((list): Node => ({ list })),
    fc
      .uniqueArray(fc.tuple(key, tie('node')), { selector: ([one]) => one, minLength: 1, maxLength: 4 })
      .map((map): Node => ({ map })),
  ),
})).node

/** Numbers that decide the layout, drawn in order. */
const choices = fc.infiniteStream(fc.nat(999))

/** A document: a map of services, its white space, comments and styles drawn at random. */
export const blueprintText = fc
  .tuple(
    fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,5}__[a-z0-9]{1,4}$/), node), {
      selector: ([one]) => one,
      minLength: 1,
      maxLength: 4,
    }),
    choices,
  )
  .map(([services, stream]) => {
    const iterator = stream[Symbol.iterator]()
    const pick = (below: number): number => Number(iterator.next().value ?? 0) % below
    return new Writer(pick).document({ map: services })
  })

class Writer {
  readonly #pick: (below: number) => number
  #anchors = 0

  constructor(pick: (below: number) => number) {
    this.#pick = pick
  }

  document(root: Node): string {
    const head = ['', '---\n', '# a file\n', '\n\n', '%YAML 1.1\n---\n', '--- # first\n'][this.#pick(6)] ?? ''
    const ends = this.#pick(5) === 0 ? '...\n' : ''
    const text = `${head}${this.#block(root, 0)}${ends}`
    return this.#pick(6) === 0 ? text.replaceAll('\n', '\r\n') : text
  }

  /** Lines of a collection, each ended. */
  #block(node: Node, column: number): string {
    const pad = ' '.repeat(column)
    if ('list' in node)
      return node.list.map((item) => `${this.#aside(column)}${pad}-${this.#item(item, column)}`).join('')
    if ('map' in node)
      return node.map
        .map(([name, value]) => `${this.#aside(column)}${pad}${name}:${this.#value(value, column, 'key')}`)
        .join('')
    return `${pad}${node.scalar || "''"}\n`
  }

  #value(node: Node, column: number, under: 'key' | 'dash'): string {
    const gap = ' '.repeat(1 + (this.#pick(4) === 0 ? this.#pick(5) : 0))
    if ('scalar' in node) return this.#scalar(node.scalar, gap, column)
    if (this.#pick(5) === 0) return `${gap}${this.#flow(node)}${this.#end()}`
    const anchor = this.#pick(8) === 0 ? ` &a${this.#anchors++}` : ''
    const flat = 'list' in node && under === 'key' && this.#pick(2) === 0
    return `${anchor}${this.#end()}${this.#block(node, column + (flat ? 0 : 1 + this.#pick(4)))}`
  }

  /** What follows a dash: on its line, or below it. */
  #item(node: Node, column: number): string {
    if ('scalar' in node || this.#pick(4) === 0) return this.#value(node, column, 'dash')
    const gap = 1 + this.#pick(3)
    const block = this.#block(node, column + 1 + gap)
    const inner = ' '.repeat(column + 1 + gap)
    return block.startsWith(inner) && block[inner.length] !== '#'
      ? `${' '.repeat(gap)}${block.slice(inner.length)}`
      : `${this.#end()}${block}`
  }

  #scalar(text: string, gap: string, column: number): string {
    const inner = ' '.repeat(column + 1 + this.#pick(4))
    switch (this.#pick(12)) {
      case 0:
        return `${gap}${['|', '>', '|-', '>-', '|+'][this.#pick(5)]}\n${inner}one ${text}\n${inner}  two\n${['', '\n', '\n\n'][this.#pick(3)]}${inner}three\n${['', '\n', '\n\n\n'][this.#pick(3)]}`
      case 1:
        return `${gap}"two\n${inner}lines ${this.#pick(2) === 0 ? '\\' : ''}\n${inner}three"${this.#end()}`
      case 2:
        return `${gap}several words\n${inner}on lines${this.#end()}`
      case 3:
        return `${gap}&s${this.#anchors++} ${text}${this.#end()}`
      default:
        return `${text === '' ? '' : `${gap}${text}`}${this.#end()}`
    }
  }

  #flow(node: Node): string {
    const space = ' '.repeat(this.#pick(3))
    if ('scalar' in node)
      return /[,[\]{}]|^$|^!|: /.test(node.scalar) && !/^["']/.test(node.scalar) ? '"x"' : node.scalar
    if ('list' in node)
      return `[${space}${node.list.map((one) => this.#flow(one)).join(`${space},${' '.repeat(this.#pick(2))}`)}${space}]`
    return `{${space}${node.map.map(([name, value]) => `${name}: ${this.#flow(value)}`).join(`,${space}`)}${space}}`
  }

  #end(): string {
    return `${['', '', '', ' ', ' # aside', '    # in a column'][this.#pick(6)]}\n`
  }

  /** Empty lines and comments before an entry. */
  #aside(column: number): string {
    return (
      ['', '', '', '\n', '\n\n\n', `${' '.repeat(column)}# about it\n`, `\n${' '.repeat(column)}#further\n\n`][
        this.#pick(7)
      ] ?? ''
    )
  }
}
