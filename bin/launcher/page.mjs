import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Problem, prepareFolder, root, run, runtime, say } from './common.mjs'

const source = join(root, 'src/web')
const target = join(root, 'dist/web')
const stampName = '.built-from'

/** Builds the page to dist/web where its source changed since. */
export async function preparePage(node) {
  const stamp = hashSource()
  await prepareFolder({
    target,
    isReady: () => readStamp() === stamp,
    build: async (folder) => {
      say('building the page')
      const fresh = join(folder, 'web')
      await build(node, fresh)
      writeFileSync(join(fresh, stampName), stamp)
      return fresh
    },
  })
}

async function build(node, folder) {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const args = ['build', '--config', join(source, 'vite.config.ts'), '--outDir', folder, '--logLevel', 'warn']
  const { code, output } = await run(node, [vite, ...args], root)
  if (code === 0 && existsSync(join(folder, 'index.html'))) return
  const log = join(runtime, 'page.log')
  writeFileSync(log, output)
  throw new Problem(`the page could not be built from src/web; the reason is in ${log}`)
}

function readStamp() {
  try {
    return readFileSync(join(target, stampName), 'utf8')
  } catch {
    return undefined
  }
}

function hashSource() {
  const hash = createHash('sha256')
  for (const file of [join(root, 'package.json'), join(root, 'package-lock.json'), ...filesOf(source)]) {
    const content = readFileSync(file)
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

function filesOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return filesOf(path)
      return entry.name.endsWith('.test.ts') ? [] : [path]
    })
}
