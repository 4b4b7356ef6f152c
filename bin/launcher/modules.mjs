import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm, prepareFolder, root, say } from './common.mjs'

/** Makes node_modules what package-lock.json says; `tools` adds what tests and development need. */
export function prepareModules(node, { tools }) {
  return prepareFolder({
    target: join(root, 'node_modules'),
    isReady: () => isInstalled({ tools }),
    build: (folder) => install(node, folder, tools),
  })
}

/** npm writes node_modules/.package-lock.json last: what it lists is there. */
function isInstalled({ tools }) {
  const wanted = readPackages('package-lock.json')
  const present = readPackages('node_modules/.package-lock.json')
  return Object.entries(wanted).every(([path, { version, dev, optional, devOptional }]) => {
    const isNeeded = path !== '' && !optional && !devOptional && (tools || !dev)
    return !isNeeded || present[path]?.version === version
  })
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages ?? {}
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return {}
    throw error
  }
}

async function install(node, folder, tools) {
  say(tools ? 'installing the packages for the tests and tools (npm ci)' : 'installing the packages (npm ci)')
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) copyFileSync(join(root, file), join(folder, file))
  await npm(node, ['ci', tools ? '--include=dev' : '--omit=dev'], folder, 'the packages could not be installed')
  return join(folder, 'node_modules')
}
