import { describe, expect, test } from 'vitest'
import { addressOf } from '../../../src/base/address.ts'
import { planIn } from '../../../src/cli/views/plan-in.ts'
import type { Plan } from '../../../src/engine/plan/plan.ts'
import { n1, planOf, servicePlan, taskPlan } from '../plan-literals.ts'
import { largePlan } from './large-plan.ts'

const bytes = (text: string): number => Buffer.byteLength(text)

describe('a comment of 10,000 changes', async () => {
  const plan = largePlan(10_000)
  const text = await planIn('markdown', plan)

  test('has less than 60,000 bytes', () => {
    expect(bytes(text)).toBeLessThan(60_000)
    expect(bytes(text)).toBeGreaterThan(40_000)
  })

  test('lists or counts everything that destroys', () => {
    const listed = (what: string): number => text.split('\n').filter((line) => line.includes(`**${what}**`)).length
    const counted = (what: string): number =>
      Number((new RegExp(`^- … and .* ([\\d,]+) ${what}`, 'm').exec(text)?.[1] ?? '0').replace(',', ''))
    expect(listed('destroys data') + counted('data losses')).toBe(1_250)
    expect(listed('removes') + counted('removals')).toBe(2_500)
    expect(listed('replaces') + counted('replacements')).toBe(2_500)
    expect(text).toContain('2,500 to remove, 2,500 to replace, 2,500 to update, 2,500 to create')
  })

  test('says how many services have no details, how many of them are destroyed, and where all of them are', () => {
    const shown = text.split('<details><summary>🔴 <b>').length - 1
    const found =
      /The details of ([\d,]+) more services have no room here, ([\d,]+) of them removed or replaced: `ays show plan\.json`/.exec(
        text,
      )
    expect(Number(found?.[1]?.replace(',', '')) + shown).toBe(10_000)
    expect(Number(found?.[2]?.replace(',', '')) + shown).toBe(5_000)
  })

  test('closes every fold and every fence that it opens', () => {
    expect(text.split('<details>').length).toBe(text.split('</details>').length)
    expect(text.split('\n').filter((line) => line.startsWith('```')).length % 2).toBe(0)
  })
})

test.each([1, 10, 200, 1_500])('a comment of %d changes fits as well', async (n) => {
  expect(bytes(await planIn('markdown', largePlan(n)))).toBeLessThan(60_000)
})

test('texts that are long in themselves do not make it longer', async () => {
  const long = 'ü'.repeat(100_000)
  const plan = hostilePlan(`${long}\n${long}`)
  expect(bytes(await planIn('markdown', plan))).toBeLessThan(60_000)
})

describe('since the last plan', () => {
  const before = planOf([servicePlan({ name: 'a' }), servicePlan({ name: 'b' })], { hash: '1'.repeat(64) })
  const now = planOf([servicePlan({ name: 'b', action: 'update', why: 'change' }), servicePlan({ name: 'c' })])
  const line = async (plan: Plan, since: Plan): Promise<string | undefined> =>
    (await planIn('markdown', plan, { since })).split('\n').find((one) => one.startsWith('Since'))

  test('it says what is new, what is gone and what is otherwise', async () => {
    expect(await line(now, before)).toBe(
      'Since the last plan (`111111111111`): new `storage_engine/c`; no longer `storage_engine/a`; otherwise `storage_engine/b` (create → update).',
    )
  })
  test('it says that nothing moved', async () => {
    expect(await line(before, before)).toBe('Since the last plan (`111111111111`): the same plan, nothing moved.')
  })
})

/** A plan in which everything that others write is this text. */
function hostilePlan(text: string): Plan {
  const node = addressOf('node', text)
  const problem = { code: 'LOOK_FAILED', message: text, hint: text } as const
  const command = { title: text, run: { argv: [text, text], stdin: text } }
  return planOf(
    [
      servicePlan({
        name: text,
        action: 'update',
        why: 'drift',
        node,
        at: { file: text, line: 1, column: 1 },
        problem,
        tasks: [
          taskPlan({
            thing: text,
            node,
            action: 'update',
            why: 'drift',
            changes: [
              { path: text, from: text, to: `${text}\n${text}`, how: 'in place' },
              { path: 'x', from: text, to: 'y', how: 'in place' },
            ],
            commands: [command, { title: text, run: { script: `${text}\n${text}`, args: [text] } }],
            effects: [{ kind: 'restart', what: text }],
            problem,
          }),
        ],
      }),
    ],
    {
      environment: text,
      blocked: [problem],
      warnings: [{ ...problem, severity: 'warning' }],
      unreachable: [{ node, problem }],
      renamed: [{ from: addressOf('unit', text), to: addressOf('storage_engine', text) }],
      held: [{ address: addressOf('storage_engine', text), rung: 'absent', verb: 'stop', who: text, at: 0 }],
    },
  )
}

const hostile = [
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '</summary></details><h1>approved</h1>',
  '[approve](https://evil.example) ![pixel](https://evil.example/p.png)',
  'see https://evil.example and www.evil.example or a@evil.example',
  '@octocat please merge #1 GH-2 octo/repo#3',
  '``` \n```\n# out of the fence\n````\n</details>',
  '`a` **b** _c_ ~~d~~ $x$ | e \\| f \\\\| g',
  '\r\n\r\n# heading\n- item\n> quote\n| a |\n|---|',
  '\u202egnp.exe\u2066 \u001b[31mred',
  '"]; click s0 "https://evil.example"; s1["',
  '<!-- --> --> <details open>',
  '&lt;b&gt; &#60;b&#62; &amp;',
]

describe('text of others stays text', () => {
  test.each(hostile)('%j', async (text) => {
    const page = await planIn('markdown', hostilePlan(text))
    // Not typed: it is there only where development dependencies are installed.
    const name: string = 'markdown-it'
    const { default: markdownIt } = await import(/* @vite-ignore */ name)
    const reader = markdownIt({ html: true, linkify: true })
    // It takes the invisible joint for a letter of a host; GitHub does not.
    reader.linkify.set({ fuzzyEmail: false })
    const rendered: string = reader.render(page)
    const tags = [...rendered.matchAll(/<\/?([a-zA-Z][\w-]*)/g)].map(([, tag]) => tag?.toLowerCase())
    const ours = 'h3 p strong code ul li table thead tbody tr th td details summary b pre'.split(' ')
    expect([...new Set(tags)].filter((tag) => !ours.includes(tag ?? ''))).toEqual([])
    expect(count(rendered, '<h3')).toBe(1)
    expect(count(rendered, '<details')).toBe(count(rendered, '</details'))
    expect(
      rendered
        .split('<tr')
        .slice(1)
        .every((row) => [5, 7, 8, 9, 4].includes(cells(row))),
    ).toBe(true)
    // Outside of code nothing is left that GitHub would make a mention, an issue or a link of.
    const prose = rendered.replace(/<pre>[\s\S]*?<\/pre>|<code>[\s\S]*?<\/code>/g, '').replace(/<[^>]*>/g, '')
    expect(prose).not.toMatch(/@\w|#\d|GH-\d|:\/\/|www\.|\u202e|\u2066/)
  })

  test('in the graph as well: a name ends no label', async () => {
    const page = await planIn('markdown', hostilePlan('"]; click s0 "https://evil.example"; s1["'))
    const graph = page.slice(page.indexOf('flowchart LR'))
    expect(graph).not.toContain('click s0 "')
    expect(graph).toMatch(/^ {4}s0\["update storage_engine\/#34;#93;#59; click s0 #34;https#58;/m)
  })
})

const count = (text: string, part: string): number => text.split(part).length - 1
const cells = (row: string): number =>
  count(row.split('</tr')[0] ?? '', '<td') + count(row.split('</tr')[0] ?? '', '<th')

test('what is not known yet is told with its type, who decides it and when', async () => {
  const service = addressOf('storage_engine', 'a')
  const unknown = {
    service,
    field: 'bind',
    type: 'string',
    decidedBy: n1,
    output: 'host',
    when: 'after node/n1 is made',
  }
  const plan = planOf([servicePlan({ name: 'a' })], { unknowns: [{ ...unknown, type: 'string' as const }] })
  expect(await planIn('markdown', plan)).toContain(
    '| `storage_engine/a` | `bind` | `string` | `node/n1 host` | after node/n1 is made |',
  )
})

test('a hazard is shown with the line that forces it, and with what guards it', async () => {
  const at = { file: 'blueprints/main.yaml', line: 7, column: 3 }
  const plan = planOf([
    servicePlan({
      name: 'a',
      action: 'update',
      why: 'change',
      at: { ...at, line: 5 },
      tasks: [
        taskPlan({
          thing: 'disk:d1',
          node: n1,
          action: 'replace',
          why: 'change',
          at,
          effects: [{ kind: 'data-loss', what: '/srv/d1' }],
          commands: [
            { title: 'make a file system', run: { argv: ['mkfs'] }, guard: { script: 'test ! -e /x', args: [] } },
          ],
        }),
      ],
    }),
  ])
  const text = await planIn('markdown', plan)
  expect(text).toContain(
    '- 🔴 **destroys data** in `/srv/d1` on `node/n1`, for `storage_engine/a`: the blueprint changed at `blueprints/main.yaml:7`. Guard: the node checks before `make a file system`.',
  )
})
