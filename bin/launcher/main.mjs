// Makes a fresh clone runnable, then runs the twin. Plain JavaScript for Node 18 and later: everything else here
// needs Node 24. What is prepared is built aside and renamed into its place when it is whole, so that a launch
// that was cut off, or two at once, leave nothing half done; the lock only saves them doing the same work.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { Problem, root, runtime } from './common.mjs'
import { prepareModules } from './modules.mjs'
import { prepareNode } from './node.mjs'
import { preparePage } from './page.mjs'

async function main(args) {
  if (args[0] === '--prepare') return prepare({ page: true, tools: false })
  if (args[0] === '--node') {
    if (args[1] === undefined) throw new Problem('Usage: bin/twin --node FILE [argument …]', 2)
    const node = await prepare({ page: args[1] === 'tools/test.ts', tools: true })
    // What the tools and tests start finds this Node too.
    process.env.PATH = [dirname(node), process.env.PATH].join(delimiter)
    return become(node, [resolve(root, args[1]), ...args.slice(2)])
  }
  const node = await prepare({ page: args[0] === 'start', tools: false })
  return become(node, [join(root, 'src/main.ts'), ...args])
}

/** Answers the path of a Node that can run the twin. */
async function prepare({ page, tools }) {
  const node = await prepareNode()
  await prepareModules(node, { tools })
  if (page) await preparePage(node)
  return node
}

/** Ends as that program: by replacing this process where the running Node can, else by standing in for it. */
function become(node, args) {
  process.env.NODE_COMPILE_CACHE ??= join(runtime, 'compile-cache')
  const all = ['--disable-warning=ExperimentalWarning', ...args]
  if (node === process.execPath && process.execve !== undefined) {
    process.removeAllListeners('warning') // execve is experimental
    process.execve(node, [node, ...all], process.env)
  }
  // The channel tells the twin that this process is gone, however it went.
  const child = spawn(node, all, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'])
    process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(new Problem(`${node} does not start: ${error.message}`)))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function fail(error) {
  const text = error instanceof Problem ? error.message : error.stack
  process.stderr.write(`twin: ${text}\n`)
  process.exit(error.exitCode ?? 1)
}

main(process.argv.slice(2)).catch(fail)
