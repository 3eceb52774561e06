/** Two small kinds for the tests of the transports: a file's text, and a program that does as it is told. */
import type { AnyKind, Command, Kind } from '../../src/engine/kind.ts'

export interface TextFile {
  readonly path: string
  readonly text: string
}

/** Prints `here`, the digest to be sealed and the text of each file, or `gone`. */
const textProgram = `for f; do
  case $f in */hang) sleep 60;; */broken) echo 'it is broken' >&2; exit 7;; esac
  if [ -f "$f" ]; then echo here; echo "seal $(sha256sum <"$f" | cut -c 1-64)"; cat "$f"; else echo gone; fi
  end
done`

export const textKind: Kind<TextFile, { text: string | null; sealed?: string }> = {
  name: 'test-text@1',
  look: (wanted) => ({ program: { name: 'test_text_1', text: textProgram }, args: [wanted.path] }),
  parse(answer) {
    const [state, seal = '', ...lines] = answer.split('\n')
    if (state !== 'here') return { state: 'seen', found: { text: null } }
    return { state: 'seen', found: { text: lines.join('\n'), sealed: seal.replace('sealed ', '') } }
  },
  bare: { text: null },
  compare: (wanted, found) =>
    wanted.text === found.text ? [] : [{ path: 'text', from: found.text, to: wanted.text, how: 'in place' }],
  commands: (wanted) => [writeText(wanted.path, wanted.text)],
  settled: (wanted) => ({ text: wanted.text }),
  asWanted: () => undefined,
  remove: (wanted) => [{ title: `remove ${wanted.path}`, run: { argv: ['rm', '-f', wanted.path] } }],
}

export const anyText = textKind as AnyKind

export function writeText(path: string, content: string): Command {
  return { title: `write ${path}`, run: { write: path, content, mode: 0o640, owner: 'root', group: 'root' } }
}
