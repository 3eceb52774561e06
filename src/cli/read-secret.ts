/** Reads a secret from a person or a pipe; it is never shown. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'

/** Without the newline at its end. From a terminal: one line, typed unseen; empty when the person leaves. */
export async function readSecret(name: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, '')
  process.stderr.write(`${name}: `)
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: true })
  try {
    return await new Promise<string>((done) => {
      lines.once('line', done)
      lines.once('SIGINT', () => done(''))
      lines.once('close', () => done(''))
    })
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}
