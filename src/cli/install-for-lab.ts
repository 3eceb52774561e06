/** What this machine lacks for the lab nodes of a plan: named with the plan, installed after the person said yes. */
import { ProblemsError } from '../base/problem.ts'
import type { Plan } from '../engine/plan/plan.ts'
import { onInterrupt } from './interrupt.ts'
import { oneLine } from './views/plain-text.ts'

/** Debian packages that are missing here; empty for plans that make no lab node. */
export async function missingForLab({ services }: Plan): Promise<readonly string[]> {
  const makes = services.some((service) =>
    service.tasks.some((task) => task.kind.startsWith('lab.') && task.action !== 'remove' && task.commands.length > 0),
  )
  if (!makes) return []
  const { missingLabPackages } = await import('../lab/doctor.ts')
  return await missingLabPackages()
}

export const lacksView = (packages: readonly string[]): string =>
  `Lab nodes need what is not on this machine: apt installs ${packages.join(', ')} here first.`

/** Installs them with this machine's own apt, its lines on stderr. Throws LAB_UNAVAILABLE where that does not work. */
export async function installForLab(packages: readonly string[]): Promise<void> {
  const { missingLabPackages, prepareLab } = await import('../lab/doctor.ts')
  const interrupt = onInterrupt((line) => process.stderr.write(`${line}\n`))
  try {
    await prepareLab({ onLine: (line) => process.stderr.write(`${oneLine(line)}\n`), signal: interrupt.signal })
  } catch (error) {
    // No apt-get here, or Ctrl-C: what is missing says enough.
    if (!(error instanceof Error)) throw error
  } finally {
    interrupt.stop()
  }
  const left = await missingLabPackages()
  if (left.length === 0) return
  throw new ProblemsError([
    {
      code: 'LAB_UNAVAILABLE',
      message: `Lab nodes need ${packages.join(', ')}; ${left.join(', ')} could not be installed.`,
      hint: '`ays lab doctor` says what is missing. On a machine without apt, install the programs it names, or give the nodes `driver: sim`.',
    },
  ])
}
