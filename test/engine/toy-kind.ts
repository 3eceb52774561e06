/** A small kind for tests of the engine: a note with a text, which can be made, changed, and removed again. */
import type { Kind } from '../../src/engine/kind.ts'

export interface NoteWanted {
  readonly name: string
  readonly text: string
  /** A change of colour cannot be made in place. */
  readonly colour?: string
  readonly restarts?: string
}
export interface NoteFound {
  readonly text: string | null
  readonly colour: string | null
}

export const noteKind: Kind<NoteWanted, NoteFound> = {
  name: 'note@1',
  look: (wanted) => ({
    program: { name: 'note_1', text: 'while [ $# -gt 0 ]; do shift; end; done' },
    args: [wanted.name],
  }),
  parse: () => ({ state: 'seen', found: { text: null, colour: null } }),
  bare: { text: null, colour: null },
  compare: (wanted, found) => [
    ...(found.text === wanted.text
      ? []
      : [{ path: 'text', from: found.text, to: wanted.text, how: 'in place' as const }]),
    ...((wanted.colour ?? null) === found.colour
      ? []
      : [
          {
            path: 'colour',
            from: found.colour,
            to: wanted.colour ?? null,
            how: found.text === null ? ('in place' as const) : ('replace' as const),
          },
        ]),
  ],
  commands: (wanted) => [
    {
      title: `write ${wanted.name}`,
      run: { argv: ['note', wanted.name] },
      ...(wanted.restarts ? { effects: [{ kind: 'restart' as const, what: wanted.restarts }] } : {}),
    },
  ],
  settled: (wanted) => ({ text: wanted.text, colour: wanted.colour ?? null }),
  asWanted: (found) =>
    found.text === null ? undefined : { name: '', text: found.text, ...(found.colour ? { colour: found.colour } : {}) },
  remove: (wanted) => [{ title: `remove ${wanted.name}`, run: { argv: ['rm', wanted.name] } }],
}
