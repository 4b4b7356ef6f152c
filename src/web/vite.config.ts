// The page is built to dist/web: index.html (never cached) and assets/ (named by their content, cached for ever).

import { gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const here = import.meta.dirname

/** What a first visit loads beside the entry, before any app. */
const atOnce = ['/shell/shell.ts', '/i18n/de.ts']

/** Prints what a first visit loads, compressed: the entry, the shell, a catalogue, and all that they import. */
const firstLoad = (): Plugin => ({
  name: 'first-load',
  generateBundle(_options, bundle) {
    const seen = new Set<string>()
    const weigh = (name: string): number => {
      const chunk = bundle[name]
      if (seen.has(name) || chunk?.type !== 'chunk') return 0
      seen.add(name)
      return gzipSync(chunk.code).length + chunk.imports.reduce((sum, next) => sum + weigh(next), 0)
    }
    const chunks = Object.values(bundle).filter((chunk) => chunk.type === 'chunk')
    const first = chunks.filter(
      ({ isEntry, facadeModuleId }) => isEntry || atOnce.some((end) => facadeModuleId?.endsWith(end)),
    )
    const bytes = first.reduce((sum, chunk) => sum + weigh(chunk.fileName), 0)
    this.emitFile({ type: 'asset', fileName: 'first-load.json', source: `${JSON.stringify({ gzipBytes: bytes })}\n` })
    this.info(`first load of the shell: ${(bytes / 1000).toFixed(1)} kB of compressed JavaScript`)
  },
})

export default defineConfig({
  root: here,
  base: '/',
  plugins: [firstLoad()],
  build: {
    outDir: `${here}/../../dist/web`,
    emptyOutDir: true,
    target: 'es2022',
    // Nothing is put into the document itself: the Content-Security-Policy knows 'self' alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
