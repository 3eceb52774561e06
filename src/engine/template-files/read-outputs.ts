/** Reads what a composition gives others: `outputs: { url: "http://${…}" }`. */
import type { Problem } from '../../base/problem.ts'
import type { Entry, Value } from '../blueprint/declaration.ts'
import { fieldName, isName } from '../blueprint/names.ts'
import { entriesIn } from './reading.ts'

/** The outputs as they are written; `fields` are the names of its data. What does not fit is told, and left out. */
export function readOutputs(
  value: Value | undefined,
  fields: readonly string[],
  problems: Problem[],
): readonly Entry[] {
  if (!value) return []
  return entriesIn('outputs', value, undefined, problems).filter((entry) => {
    const reason = faultOf(entry, fields)
    if (reason === undefined) return true
    problems.push({ code: 'TEMPLATE_INVALID', at: entry.keyAt, ...reason })
    return false
  })
}

function faultOf({ key, value }: Entry, fields: readonly string[]): Pick<Problem, 'message' | 'hint'> | undefined {
  if (!isName(key) || fieldName(key) !== key) {
    const hint = isName(key) ? `Write it as ${fieldName(key)}.` : 'Use letters and digits.'
    return { message: `"${key}" cannot be the name of an output.`, hint }
  }
  if (fields.includes(key))
    return {
      message: `The output ${key} has the name of a field.`,
      hint: 'Fields can be read without it; give it another name.',
    }
  if (EVERYONES.includes(key))
    return { message: `Every service has ${key}: no output can be named so.`, hint: 'Give it another name.' }
  if (value.type === 'scalar' && value.value === null)
    return { message: `The output ${key} gives nothing.`, hint: 'Give it a value, such as ${data.title}.' }
  return undefined
}

/** What expressions read of any service besides fields and outputs. */
const EVERYONES = ['name', 'data', 'outputs']
