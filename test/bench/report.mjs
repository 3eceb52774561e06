// Tables of figures: as text, as Markdown, and where they are kept.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'

/** What the figures were measured on. */
export function machine() {
  return {
    cpus: availableParallelism(),
    model: cpus()[0]?.model ?? '',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    kernel: `${process.platform} ${release()}`,
    load: Number(loadavg()[0]?.toFixed(1)),
    date: new Date().toISOString().slice(0, 10),
  }
}

export function markdown(tables, on) {
  const where = `Measured ${on.date} on ${on.cpus} CPUs (${on.model.trim()}), ${on.memoryGb} GB, Node ${on.node}, ${on.kernel}; load of the machine when it began: ${on.load}.`
  return [where, ...tables.map(tableText)].join('\n\n')
}

/** One table with its title and notes. */
export function tableText({ title, columns, rows, notes }) {
  const keys = Object.keys(columns)
  const right = keys.map((key) => rows.some((row) => typeof row[key] === 'number'))
  const cells = [Object.values(columns), ...rows.map((row) => keys.map((key) => shown(key, row[key])))]
  const widths = keys.map((_, i) => Math.max(3, ...cells.map((row) => row[i].length)))
  const line = (row) =>
    `| ${row.map((cell, i) => (right[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`
  const rule = `| ${widths.map((width, i) => (right[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`
  const table = rows.length > 0 ? [line(cells[0]), rule, ...cells.slice(1).map(line)].join('\n') : ''
  return [`**${title}**`, table, notes.join('\n')].filter((part) => part !== '').join('\n\n')
}

function shown(key, value) {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'number') return String(value)
  return key.startsWith('times') ? value.toFixed(1) : Math.round(value).toLocaleString('en')
}

/** Writes latest.json and latest.md. */
export function keep(dir, tables, on) {
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'latest.json'), `${JSON.stringify({ machine: on, tables }, rounded, 2)}\n`)
  writeFileSync(join(dir, 'latest.md'), `${markdown(tables, on)}\n`)
}

const rounded = (_key, value) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value)

/** Puts the text between the marks of a file; false where it has none. */
export function writeBetweenMarks(file, text) {
  const [from, to] = ['<!-- bench -->', '<!-- /bench -->']
  const whole = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const start = whole.indexOf(from)
  const end = whole.indexOf(to)
  if (start < 0 || end < start) return false
  writeFileSync(file, `${whole.slice(0, start + from.length)}\n\n${text}\n\n${whole.slice(end)}`)
  return true
}
