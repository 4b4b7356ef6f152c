import assert from 'node:assert/strict'
import { it } from 'node:test'
import { build } from 'vite'

/** Bytes, gzip: what the shell may cost before any app is opened. */
const most = 150_000

it('loads less than 150 kB of compressed script before the first app', async () => {
  const built = await build({
    configFile: `${import.meta.dirname}/vite.config.ts`,
    logLevel: 'silent',
    build: { write: false },
  })
  assert.ok('output' in built)
  const report = built.output.find(({ fileName }) => fileName === 'first-load.json')
  assert.ok(report?.type === 'asset')
  const { gzipBytes } = JSON.parse(String(report.source)) as { gzipBytes: number }
  assert.ok(gzipBytes > 10_000, 'the shell and what it imports are counted')
  assert.ok(gzipBytes < most, `${gzipBytes} bytes`)
  const page = built.output.find(({ fileName }) => fileName === 'index.html')
  assert.ok(page?.type === 'asset')
  assert.doesNotMatch(String(page.source), /<script(?![^>]*\ssrc=)|\sstyle=|<style|https?:\/\//)
})
