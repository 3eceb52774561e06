/** Ctrl-C while effects happen: first nothing new starts, then what runs is ended, then we leave. */

export interface Interrupt {
  readonly signal: AbortSignal
  readonly endNow: AbortSignal
  /** Gives Ctrl-C back to the system. */
  stop(): void
}

/** Installed only when effects begin: before, Ctrl-C simply ends the process, even in the middle of a computation. */
export function onInterrupt(say: (line: string) => void): Interrupt {
  const first = new AbortController()
  const second = new AbortController()
  const interrupt = (): void => {
    if (!first.signal.aborted) {
      say('Interrupted: nothing new starts, what runs is finished. Ctrl-C again ends it now.')
      first.abort(new Error('interrupted'))
    } else if (!second.signal.aborted) {
      say('Ending what runs on the nodes.')
      second.abort(new Error('interrupted twice'))
    } else {
      say('Leaving. The next apply looks first and goes on.')
      process.exit(130)
    }
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, interrupt)
  return {
    signal: first.signal,
    endNow: second.signal,
    stop: () => {
      for (const name of names) process.off(name, interrupt)
    },
  }
}
