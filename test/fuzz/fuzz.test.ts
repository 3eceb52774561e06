import { expect, test } from 'vitest'
import { complaintAbout } from './check.ts'
import { inputOf } from './inputs.ts'

/** A smoke run; `npm run fuzz -- --minutes 10` is the real one. */
test('five seconds of anything at all: no crash, no hang, no problem without a place', () => {
  const seed = Number(process.env.AYS_SEED ?? 1)
  const end = performance.now() + 5_000
  for (let index = 0; performance.now() < end; index++) {
    const input = inputOf(seed, index)
    const began = performance.now()
    let told: string | undefined
    try {
      told = complaintAbout(input)
    } catch (error) {
      told = error instanceof Error ? (error.stack ?? error.message) : String(error)
    }
    if (told === undefined && performance.now() - began > 1_000) told = 'it took longer than a second'
    expect(told, `npm run fuzz -- --seed ${seed} --only ${index}\n${JSON.stringify(input, null, 1)}`).toBeUndefined()
  }
})
