/** Asks before anything is touched. */
import { createInterface } from 'node:readline/promises'
import { ProblemsError } from '../base/problem.ts'
import type { Terminal } from './terminal.ts'

/** Returns when the person says yes; throws CONFIRM when not, or when nobody can be asked. */
export async function confirm(question: string, terminal: Pick<Terminal, 'ask'>): Promise<void> {
  if (!terminal.ask) {
    throw new ProblemsError([
      {
        code: 'CONFIRM',
        message: 'Nobody can be asked here: this is no terminal. Nothing was done.',
        hint: '--yes applies without asking.',
      },
    ])
  }
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  // At the question, Ctrl-C and the end of input mean no.
  const left = new AbortController()
  lines.once('SIGINT', () => left.abort())
  lines.once('close', () => left.abort())
  const answer = await lines.question(`${question} [y/N] `, { signal: left.signal }).catch(() => '')
  lines.close()
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new ProblemsError([{ code: 'CONFIRM', message: 'Not confirmed. Nothing was done.' }])
}
