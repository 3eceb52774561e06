/** One service, with what is declared of it and what is remembered. */
import type { Address } from '../../base/address.ts'
import { plain } from '../../base/json.ts'
import { showPlace } from '../../base/place.ts'
import { type Graph, producersOf, type Service } from '../../engine/graph/graph.ts'
import type { Allocation, Memory, RememberedService, RememberedTask } from '../../store/store.ts'
import { showValue } from './field-change.ts'
import { paletteOf } from './paint.ts'
import { oneLine } from './plain-text.ts'
import { showTime } from './runs.ts'
import { table } from './table.ts'

export interface ServiceDetails {
  readonly address: Address
  readonly declared?: Pick<Service, 'name' | 'data' | 'parent' | 'consumes' | 'after' | 'node' | 'at' | 'derivedBy'> & {
    readonly template: string
    readonly neededBy: readonly Address[]
  }
  readonly remembered?: RememberedService & {
    readonly tasks: readonly Pick<RememberedTask, 'thing' | 'kind' | 'node' | 'adopted'>[]
    readonly allocations: readonly Allocation[]
  }
}

export function serviceDetails(address: Address, graph: Graph, memory: Memory): ServiceDetails {
  const service = graph.services.get(address)
  const remembered = memory.services.get(address)
  const tasks = memory.tasks.filter((task) => task.service === address).sort((a, b) => a.position - b.position)
  return {
    address,
    ...(service
      ? {
          declared: {
            ...declaredParts(service),
            neededBy: graph.order.filter((other) => needs(graph, other, address)),
          },
        }
      : {}),
    ...(remembered
      ? {
          remembered: {
            ...remembered,
            tasks: tasks.map(({ thing, kind, node, adopted }) => ({ thing, kind, node, adopted })),
            allocations: memory.allocations.filter((one) => one.address === address),
          },
        }
      : {}),
  }
}

const declaredParts = ({ template, name, data, parent, consumes, after, node, at, derivedBy }: Service) => ({
  template: template.name,
  name,
  data,
  parent,
  consumes,
  after,
  node,
  at,
  ...(derivedBy ? { derivedBy } : {}),
})

const needs = (graph: Graph, other: Address, address: Address): boolean => {
  const service = graph.services.get(other)
  return service !== undefined && producersOf(service).includes(address)
}

export function serviceView(
  { address, declared, remembered }: ServiceDetails,
  { color }: { readonly color: boolean },
): string {
  const palette = paletteOf(color)
  const rows = (pairs: readonly (readonly [string, string | undefined])[]): string[] =>
    pairs.flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [`  ${palette.faint(name.padEnd(12))}${value}`],
    )
  const lines = [palette.bold(address)]
  if (declared) {
    const fields = Object.entries(Object(plain(declared.data))).map(
      ([key, value]) => [`  ${key}`, showValue(key, plain(value))] as const,
    )
    lines.push(
      ...rows([
        ['template', declared.template],
        ['declared', `${showPlace(declared.at)}${declared.derivedBy ? ` (made by ${declared.derivedBy})` : ''}`],
        ['node', declared.node],
        ['lives on', declared.parent],
        ...Object.entries(declared.consumes).map(([link, to]) => [link, to.join(', ')] as const),
        ['after', declared.after.join(', ')],
        ['needed by', declared.neededBy.join(', ')],
      ]),
      ...(fields.length > 0 ? ['', palette.bold('Data'), table(['  field', 'value'], fields, palette.faint)] : []),
    )
  } else lines.push(`  ${palette.warn('no longer declared')}`)
  if (!remembered) return [...lines, '', 'Not applied yet.'].join('\n')
  lines.push(
    '',
    palette.bold('Applied'),
    ...rows([
      ['when', showTime(remembered.appliedAt)],
      ['node', remembered.node],
      ['slug', remembered.slug],
      ['template', remembered.template === declared?.template ? undefined : remembered.template],
    ]),
  )
  if (remembered.allocations.length > 0)
    lines.push(
      '',
      table(
        ['  choice', 'value', 'pool'],
        remembered.allocations.map((one) => [`  ${one.choice}`, String(one.value), one.pool]),
        palette.faint,
      ),
    )
  if (remembered.tasks.length > 0)
    lines.push(
      '',
      table(
        ['  thing', 'kind', 'node', ''],
        remembered.tasks.map((task) => [
          `  ${oneLine(task.thing)}`,
          task.kind,
          task.node,
          task.adopted ? 'was there before' : '',
        ]),
        palette.faint,
      ),
    )
  return lines.join('\n')
}
