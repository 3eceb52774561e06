/** A workspace over simulated nodes, in this process; every command opens it anew, as a person's commands do. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Address } from '../../src/base/address.ts'
import type { Simulated } from '../../src/engine/plan/notes.ts'
import type { Plan } from '../../src/engine/plan/plan.ts'
import type { AnyTemplate } from '../../src/engine/template.ts'
import type { Memory } from '../../src/store/store.ts'
import { worldFile } from '../../src/transport/open.ts'
import { type World as NodeWorld, readWorld, writeWorld } from '../../src/transport/sim.ts'
import { type ApplyResult, openWorkspace, type PlanOptions, type Workspace } from '../../src/workspace.ts'

export interface SimWorld {
  declare(blueprint: string): void
  /** Another file of the workspace. */
  write(path: string, text: string): void
  plan(options?: PlanOptions): Promise<Plan>
  apply(options?: PlanOptions): Promise<ApplyResult>
  /** A plan, and what becomes of it on copies. */
  simulate(options?: PlanOptions): Promise<{ readonly plan: Plan; readonly simulated: Simulated }>
  /** One command of its own. */
  within<Result>(work: (workspace: Workspace) => Promise<Result>): Promise<Result>
  /** Every file of the state and of the nodes, as it is. */
  bytes(): Readonly<Record<string, string>>
  destroy(): Promise<ApplyResult>
  memory(): Promise<Memory>
  /** What there is on a node now. */
  read(node: Address): NodeWorld
  /** Changes a node behind the back of ays. */
  change(node: Address, edit: (world: NodeWorld) => void): void
}

/** Makes a workspace that goes with its test. */
export function openSimWorld(
  blueprint: string,
  options: { readonly templates?: readonly AnyTemplate[]; readonly settings?: string } = {},
): SimWorld {
  const folder = mkdtempSync(join(tmpdir(), 'ays-sim-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'blueprints'))
  writeFileSync(join(folder, 'ays.yaml'), options.settings ?? '{}\n')
  const file = (node: Address): string => worldFile(join(folder, '.ays/default/sim'), node)

  async function inWorkspace<T>(work: (workspace: Workspace) => Promise<T>): Promise<T> {
    const workspace = await openWorkspace({ folder, ...(options.templates ? { templates: options.templates } : {}) })
    try {
      return await work(workspace)
    } finally {
      await workspace.close()
    }
  }

  const world: SimWorld = {
    declare: (text) => writeFileSync(join(folder, 'blueprints/main.yaml'), text),
    write: (path, text) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    },
    plan: (options) => inWorkspace((workspace) => workspace.plan(options)),
    apply: (options) => inWorkspace(async (workspace) => workspace.apply(await workspace.plan(options))),
    simulate: (options) =>
      inWorkspace(async (workspace) => {
        const plan = await workspace.plan(options)
        return { plan, simulated: await workspace.simulate(plan) }
      }),
    within: inWorkspace,
    bytes: () => bytesIn(join(folder, '.ays')),
    destroy: () =>
      inWorkspace(async (workspace) => workspace.apply(await workspace.planDestroy({ allow: ['data-loss'] }))),
    memory: () => inWorkspace(async (workspace) => workspace.memory()),
    read: (node) => readWorld(file(node)),
    change(node, edit) {
      const there = readWorld(file(node))
      edit(there)
      writeWorld(file(node), there)
    },
  }
  world.declare(blueprint)
  return world
}

function bytesIn(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {}
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'base64')]),
  )
}

/** Services with something to do: address, action and why. */
export const changesOf = (plan: Plan): string[] =>
  plan.services
    .filter((service) => service.action !== 'none')
    .map(({ address, action, why }) => `${address} ${action} ${why}`)
