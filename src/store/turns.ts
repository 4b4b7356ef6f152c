// Work on many objects, one after another, in a program that has other things to do.

import { setImmediate } from 'node:timers/promises'
import { turnMilliseconds } from '../limits.ts'

/** To be called after each object: lets others go on where this turn has lasted long. */
export const turns = (): (() => Promise<void>) => {
  let began = performance.now()
  return async () => {
    if (performance.now() - began < turnMilliseconds) return
    await setImmediate()
    began = performance.now()
  }
}
