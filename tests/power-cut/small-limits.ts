// Preloaded into the recorded twin: small bounds, so that a short run meets checkpoints, waits for them,
// content in files and a page cache that spills.
import { registerHooks } from 'node:module'

const small: Record<string, number> = {
  inlineBlobBytes: 2048,
  databaseCacheKilobytes: 96,
  checkpointEveryMilliseconds: 20,
  walPagesBeforeCheckpoint: 16,
  walPagesBeforeHold: 200,
}

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.endsWith('/src/limits.ts')) return loaded
    let source = String(loaded.source)
    for (const [name, value] of Object.entries(small)) {
      const before = source
      source = source.replace(new RegExp(`export const ${name} = .*`), `export const ${name} = ${value}`)
      if (source === before) throw new Error(`limits.ts has no ${name} any more`)
    }
    return { ...loaded, source }
  },
})
