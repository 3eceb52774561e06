// The laws of src/engine/kind.ts as tests: purely over generated data, and once for real on this machine.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical, sameData } from '../../src/base/json.ts'
import type { Command, Kind } from '../../src/engine/kind.ts'
import { openNode, SECRET_MARK, type TestNode } from './node.ts'

/** What the real laws are tried on. `wanted` are several things of the kind, all unlike each other. */
export interface Real<Wanted> {
  readonly wanted: readonly Wanted[]
  /** Said by name when the machine lacks something: the test is skipped. */
  readonly needs?: string | undefined
  /** False for kinds without a way back, whose things `clean` takes away. */
  readonly undo?: boolean
  /** Makes the ground ready: parents, images, users. */
  prepare?(node: TestNode): void | Promise<void>
  /** Takes away what `prepare` made outside of the node's folder. */
  clean?(node: TestNode): void | Promise<void>
}

export interface LawOptions<Wanted, Found> {
  readonly wanted: fc.Arbitrary<Wanted>
  /** Findings beyond those that settling makes. */
  readonly found?: fc.Arbitrary<Found>
  /** Given the node's folder, what to try for real. */
  readonly real?: (dir: string) => Real<Wanted>
  readonly timeoutMs?: number
}

/** Declares the tests of one kind. */
export function laws<Wanted, Found>(kind: Kind<Wanted, Found>, options: LawOptions<Wanted, Found>): void {
  const { wanted } = options
  const settled = fc.tuple(wanted, wanted).map(([a, b]) => kind.settled(a, kind.settled(b, kind.bare)))
  const found = fc.oneof(fc.constant(kind.bare), settled, ...(options.found ? [options.found] : []))

  describe(`${kind.name} keeps the laws of kinds`, () => {
    test('what was done is in place', () => {
      const check = (w: Wanted, f: Found): void => {
        expect(kind.compare(w, kind.settled(w, f))).toEqual([])
      }
      fc.assert(fc.property(wanted, found, check))
    })

    test('wanting what is found changes nothing', () => {
      const check = (f: Found): void => {
        const back = kind.asWanted(f)
        if (back !== undefined) expect(kind.compare(back, f)).toEqual([])
      }
      fc.assert(fc.property(found, check))
    })

    test('any bytes at all parse to a finding', () => {
      const check = (answer: string): void => {
        const finding = kind.parse(answer)
        expect(['seen', 'moving', 'unknown']).toContain(finding.state)
        expect(JSON.parse(JSON.stringify(finding))).toEqual(finding)
      }
      fc.assert(fc.property(answers(kind, found), check), { numRuns: 500 })
      check('')
    })

    test('wants and findings are plain data: remembered ones mean the same', () => {
      fc.assert(
        fc.property(wanted, found, (w, f) => {
          expect(revived(f)).toEqual(f)
          expect(canonical(kind.compare(revived(w), f))).toBe(canonical(kind.compare(w, f)))
          expect(kind.look(revived(w)).args).toEqual(kind.look(w).args)
          expect(canonical(kind.remove(revived(w), kind.bare, f))).toBe(canonical(kind.remove(w, kind.bare, f)))
        }),
      )
    })

    test('the program is constant and is given plain words', () => {
      fc.assert(
        fc.property(wanted, wanted, (a, b) => {
          const [one, other] = [kind.look(a), kind.look(b)]
          expect(one.program).toEqual(other.program)
          expect(one.program.name).toMatch(/^[a-z][a-z0-9_]*$/)
          for (const word of one.args) expect(word).not.toContain('\0')
          expect(JSON.stringify(one)).not.toContain(SECRET_MARK)
        }),
      )
      expect(kind.name).toMatch(/^[a-z][a-z0-9_.-]*@\d+$/)
    })

    test('a difference has commands, a removal too, and no secret stands in their words', () => {
      fc.assert(
        fc.property(wanted, found, found, (w, f, before) => {
          const changes = kind.compare(w, f)
          const commands = changes.length === 0 ? [] : kind.commands(w, f)
          if (changes.length > 0) expect(commands.length).toBeGreaterThan(0)
          const removal = sameData(f, before) ? [] : kind.remove(w, before, f)
          expect(JSON.stringify([changes, commands, removal])).not.toContain(SECRET_MARK)
          for (const command of [...commands, ...removal]) expectWellFormed(command)
        }),
      )
    })

    test('what a node would choose by itself is as wanted, and the same every time', () => {
      fc.assert(
        fc.property(wanted, found, (w, f) => {
          const chosen = kind.simulated?.(kind.settled(w, f), 'a node')
          if (chosen === undefined) return
          expect(kind.compare(w, chosen)).toEqual([])
          expect(kind.simulated?.(chosen, 'another node')).toEqual(chosen)
        }),
      )
    })

    test('the same want twice is one want', () => {
      fc.assert(
        fc.property(wanted, (w) => {
          const merged = kind.merge?.(w, w)
          if (merged) expect(canonical(merged)).toBe(canonical({ wanted: w }))
        }),
      )
    })

    if (options.real) realLaws(kind, options.real, options.timeoutMs ?? 60_000)
  })
}

function realLaws<Wanted, Found>(
  kind: Kind<Wanted, Found>,
  real: (dir: string) => Real<Wanted>,
  timeoutMs: number,
): void {
  test('on this machine: settles, shows nothing more to do, answers alike one by one, and goes without a trace', {
    timeout: timeoutMs,
  }, async (ctx) => {
    const node = openNode()
    try {
      const { wanted, needs, undo, prepare, clean } = real(node.dir)
      if (needs) return ctx.skip(`needs ${needs}`)
      try {
        await prepare?.(node)
        await expectJoined(node, kind, wanted)
        const before: Found[] = []
        for (const one of wanted) before.push((await node.settle(kind, one)).before)
        await expectJoined(node, kind, wanted)
        for (const one of wanted) expect((await node.settle(kind, one)).changes).toEqual([])
        if (undo === false) return
        for (const [i, one] of [...wanted.entries()].reverse()) await node.undo(kind, one, before[i] as Found) // as many as wants
      } finally {
        await clean?.(node)
      }
    } finally {
      node.close()
    }
  })
}

/** Answers to many are the answers to each, joined; and equal state gives equal bytes. */
export async function expectJoined<W, F>(node: TestNode, kind: Kind<W, F>, wanted: readonly W[]): Promise<void> {
  const joined = await node.answers(kind, wanted)
  for (const [i, one] of wanted.entries()) expect(await node.answers(kind, [one])).toEqual([joined[i]])
  expect(await node.answers(kind, wanted)).toEqual(joined)
}

function expectWellFormed(command: Command): void {
  expect(command.title.trim()).not.toBe('')
  expect(command.title).not.toContain('\n')
  const { run } = command
  const words = 'argv' in run ? run.argv : 'script' in run ? run.args : [run.write, run.owner, run.group]
  for (const word of [...words, ...(command.guard?.args ?? [])]) expect(word).not.toContain('\0')
}

/** Anything a node may say: noise, cut and changed answers, lines of words. */
function answers<W, F>(kind: Kind<W, F>, found: fc.Arbitrary<F>): fc.Arbitrary<string> {
  const word = fc.oneof(
    fc.constantFrom(
      'file',
      'absent',
      'sealed',
      'content',
      'unknown',
      'end',
      'true',
      'no',
      '-1',
      '0',
      '644',
      '0644',
      'root',
      '',
    ),
    fc.constantFrom('=', ':', '{', '}', '[', ']', '"', ',', '\t', '\\', '%', 'e3b0c44298fc1c149afbf4c8996fb924'),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...wordsOf(kind)),
  )
  const lines = fc
    .array(fc.array(word, { maxLength: 8 }).map((words) => words.join(' ')))
    .map((all) => `${all.join('\n')}\n`)
  return fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    lines,
    found.map((f) => JSON.stringify(f) ?? ''),
    fc.json(),
  )
}

/** The kind's own words, of which its answers may be made. */
const wordsOf = <W, F>(kind: Kind<W, F>): [string, ...string[]] => {
  const name = kind.name.replace(/@.*/, '')
  return [name, ...new Set(Object.keys(Object(kind.bare))), 'null']
}

const revived = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T // the same data, as a store gives it back
