/** A watch over simulated nodes on a clock that a test holds in its hands. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Type from 'typebox'
import { onTestFinished } from 'vitest'
import type { Address } from '../../src/base/address.ts'
import type { Clock } from '../../src/base/clock.ts'
import { randomOf } from '../../src/base/random.ts'
import { task } from '../../src/engine/task.ts'
import { defineTemplate, oneOf } from '../../src/engine/template.ts'
import { answersTcpKind } from '../../src/sal/answers/tcp.ts'
import { command } from '../../src/sal/command/command.ts'
import { file } from '../../src/sal/files/file.ts'
import { worldFile } from '../../src/transport/open.ts'
import { type World as NodeWorld, readWorld, writeWorld } from '../../src/transport/sim.ts'
import type { WatchEvent } from '../../src/watch/events.ts'
import { watch } from '../../src/watch/watch.ts'
import { openWorkspace, type Workspace } from '../../src/workspace.ts'

/** A file, and an action that can be done again and again. */
export const note = defineTemplate({
  name: 'note',
  summary: 'x',
  data: Type.Object({ text: Type.String({ default: 'x' }) }),
  parent: oneOf(['node']),
  tasks: ({ slug, data }) => [file(`/etc/${slug}`, `${data.text}\n`)],
  actions: {
    save: { summary: 'x', tasks: ({ slug }) => [command({ name: `save-${slug}`, run: `save ${slug}` })] },
  },
})

const deafKind = { ...answersTcpKind, settled: () => answersTcpKind.bare }

/** It never answers, so that every attempt fails. */
export const deaf = defineTemplate({
  name: 'deaf',
  summary: 'x',
  data: Type.Object({}),
  parent: oneOf(['node']),
  tasks: () => [],
  running: () => [task(deafKind, 'answers:tcp:deaf', { host: '127.0.0.1', port: 9 }, { rung: 'running' })],
})

/** Midnight of a day without surprises, in milliseconds since 1970. */
export const MIDNIGHT = new Date(2026, 5, 1).getTime()

export class HandClock implements Clock {
  #now = MIDNIGHT
  #sleepers = new Set<{ readonly at: number; readonly resolve: () => void }>()
  #idle = false
  #onIdle: (() => void) | undefined

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { at: this.#now + ms, resolve }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', () => {
        if (this.#sleepers.delete(sleeper)) reject(signal.reason)
      })
    })
  }

  /** A watch begins: it is busy until it says otherwise. */
  begin(): void {
    this.#idle = false
  }

  /** What the watch says of itself when it goes to sleep. */
  readonly onSleep = (running: number): void => {
    this.#idle = running === 0
    if (this.#idle) this.#onIdle?.()
  }

  /** Lets time pass: nothing happens at an instant before everything of the one before has ended. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await this.#whenIdle()
      const next = Math.min(...[...this.#sleepers].map((one) => one.at))
      if (next > end) break
      this.#now = Math.max(this.#now, next)
      this.#idle = false
      for (const sleeper of [...this.#sleepers])
        if (sleeper.at <= this.#now && this.#sleepers.delete(sleeper)) sleeper.resolve()
    }
    this.#now = end
  }

  #whenIdle(): Promise<void> {
    if (this.#idle) return Promise.resolve()
    return new Promise((resolve) => {
      this.#onIdle = () => {
        this.#onIdle = undefined
        // The sleep itself begins after it was said.
        setImmediate(resolve)
      }
    })
  }
}

export interface Look {
  readonly at: number
  readonly only: readonly Address[] | undefined
}

export interface RunningWatch {
  readonly events: WatchEvent[]
  /** Every look at services, in order. */
  readonly looks: readonly Look[]
  /** The largest number of looks at one service at once. */
  readonly looksAtOnce: () => number
  /** As SIGTERM does; resolves when it has ended. */
  stop(): Promise<void>
}

export interface WatchWorld {
  readonly folder: string
  readonly clock: HandClock
  write(path: string, text: string): void
  /** Changes a simulated node by hand. */
  onNode(name: string, change: (world: NodeWorld) => void): void
  open(): Promise<Workspace>
  /** Plans and applies everything, as a person does. */
  apply(): Promise<void>
  start(): RunningWatch
}

export function openWorld(blueprint: string, settings = '{}\n'): WatchWorld {
  const folder = mkdtempSync(join(tmpdir(), 'ays-watch-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const clock = new HandClock()
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('blueprints/main.yaml', blueprint)
  write('ays.yaml', settings)
  const options = { folder, clock, templates: [note, deaf] }
  return {
    folder,
    clock,
    write,
    open: () => openWorkspace(options),
    onNode(name, change) {
      const path = worldFile(join(folder, '.ays/default/sim'), `node/${name}` as Address)
      const world = readWorld(path)
      change(world)
      writeWorld(path, world)
    },
    async apply() {
      const workspace = await openWorkspace(options)
      try {
        const { state } = await workspace.apply(await workspace.plan())
        if (state !== 'ok') throw new Error(`the apply ended with ${state}`)
      } finally {
        await workspace.close()
      }
    },
    start() {
      clock.begin()
      const abort = new AbortController()
      const events: WatchEvent[] = []
      const looks: Look[] = []
      const under = new Map<string, number>()
      let most = 0
      const observed = (workspace: Workspace): Workspace =>
        new Proxy(workspace, {
          get(target, key) {
            const value: unknown = Reflect.get(target, key, target)
            if (typeof value !== 'function') return value
            if (key !== 'plan') return value.bind(target)
            const plan: Workspace['plan'] = async (how = {}) => {
              looks.push({ at: clock.now(), only: how.only })
              const services = how.only ?? []
              for (const one of services) under.set(one, (under.get(one) ?? 0) + 1)
              most = Math.max(most, ...services.map((one) => under.get(one) ?? 0))
              try {
                return await target.plan(how)
              } finally {
                for (const one of services) under.set(one, (under.get(one) ?? 0) - 1)
              }
            }
            return plan
          },
        })
      const ended = watch({
        open: async (roads) => observed(await openWorkspace({ ...options, roads })),
        onEvent: (event) => events.push(event),
        clock,
        random: randomOf(7),
        onSleep: clock.onSleep,
        signal: abort.signal,
        endNow: new AbortController().signal,
      })
      const stop = async (): Promise<void> => {
        abort.abort()
        await ended
      }
      onTestFinished(stop)
      return { events, looks, looksAtOnce: () => most, stop }
    },
  }
}
