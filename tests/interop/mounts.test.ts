// The twin as a folder of this machine, by rclone and by davfs2: what people and git do in folders.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { filesTopic } from '../../src/store/files/files.ts'
import { openBridge } from '../support/bridge.ts'
import { lacks, lacksFuse, lacksRoot } from '../support/lacks.ts'
import { configureRclone } from '../support/rclone.ts'
import { run, runWell } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin, type TestTwin } from '../support/twin.ts'

/** Resolves when something is mounted on the folder: then it is on another device than its parent. */
const mounted = async (folder: string, program?: ChildProcess): Promise<void> => {
  const parent = await stat(join(folder, '..'))
  for (;;) {
    const own = await stat(folder)
    if (own.dev !== parent.dev) return
    if (program && program.exitCode !== null) throw new Error('the mounting program ended: what it said is above')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A repository with some hundred objects, to clone from. */
const makeRepository = async (folder: string): Promise<void> => {
  const git = (...args: string[]) =>
    runWell('git', ['-c', 'user.name=ann', '-c', 'user.email=ann@example.com', ...args], { cwd: folder })
  await mkdir(folder)
  await git('init', '-q')
  for (let commit = 0; commit < 5; commit++) {
    for (let file = 0; file < 20; file++)
      await writeFile(join(folder, `file ${file}.txt`), `${commit} ${file}\n`.repeat(50))
    await git('add', '.')
    await git('commit', '-q', '-m', `commit ${commit}`)
  }
}

type Person = { twin: TestTwin; accountId: number }

/** Resolves when the twin has so many files below a folder; a mount may send them later than it says. */
const arrived = async ({ twin: { store }, accountId }: Person, name: string, files: number): Promise<void> => {
  const count = () =>
    store.read(async (view) => {
      const root = await store.files.root(view, accountId)
      const top = await store.files.child(view, root.id, name)
      let found = 0
      for (const folders = top ? [top] : []; folders.length > 0; ) {
        const members = await store.files.list(view, folders.pop()?.id ?? 0, { limit: 1000 })
        folders.push(...members.filter(({ isFolder }) => isFolder))
        found += members.filter(({ isFolder }) => !isFolder).length
      }
      return found
    })
  const changed = Promise.withResolvers<void>()
  const look = async () => {
    if ((await count()) === files) changed.resolve()
  }
  const stop = store.watch(filesTopic(accountId), () => void look())
  await look()
  await changed.promise
  stop()
}

/** Write, append, rename, overwrite by rename. */
const useFiles = async (folder: string): Promise<void> => {
  await writeFile(join(folder, 'written.txt'), 'first')
  assert.equal(await readFile(join(folder, 'written.txt'), 'utf8'), 'first')
  await writeFile(join(folder, 'written.txt'), ' and more', { flag: 'a' })
  await rename(join(folder, 'written.txt'), join(folder, 'renamed ü.txt'))
  assert.equal(await readFile(join(folder, 'renamed ü.txt'), 'utf8'), 'first and more')
  await writeFile(join(folder, 'saved.tmp'), 'saved')
  await rename(join(folder, 'saved.tmp'), join(folder, 'renamed ü.txt'))
  assert.equal(await readFile(join(folder, 'renamed ü.txt'), 'utf8'), 'saved')
}

/** cp -r, rename of a tree, its removal. */
const useTree = async (person: Person, folder: string, aside: string, lists: boolean): Promise<void> => {
  const tree = join(aside, 'tree')
  await mkdir(join(tree, 'a', 'b'), { recursive: true })
  const names = Array.from({ length: 30 }, (_, index) => `${index % 2 ? 'a' : 'a/b'}/${index}.bin`)
  for (const [index, name] of names.entries()) await writeFile(join(tree, name), Buffer.alloc(index * 5000, index))
  const compare = async (copy: string) => {
    if (lists) await runWell('diff', ['-r', tree, copy])
    else for (const name of names) await runWell('cmp', [join(tree, name), join(copy, name)])
  }
  await runWell('cp', ['-r', tree, join(folder, 'tree')])
  await compare(join(folder, 'tree'))
  // rclone loses its way in a folder that is renamed before its files are sent.
  await arrived(person, 'tree', names.length)
  await rename(join(folder, 'tree'), join(folder, 'moved tree'))
  await compare(join(folder, 'moved tree'))
  if (lists) await rm(join(folder, 'moved tree'), { recursive: true })
}

/** git clone and git fsck. */
const useGit = async (folder: string, aside: string): Promise<void> => {
  const repository = join(aside, 'repository')
  const clone = join(folder, 'clone')
  await makeRepository(repository)
  await runWell('git', ['clone', '-q', '--no-hardlinks', repository, clone], { timeout: 300_000 })
  await runWell('git', ['-c', 'safe.directory=*', 'fsck', '--full', '--strict'], { cwd: clone })
  const status = await runWell('git', ['-c', 'safe.directory=*', 'status', '--porcelain'], { cwd: clone })
  assert.equal(status, '')
}

test('a folder mounted by rclone is written to, renamed in, copied into and cloned into by git', {
  skip: lacks('rclone', 'git') || lacksFuse(),
}, async () => {
  await using twin = await createTestTwin()
  const accountId = await twin.account('ann', 'secret-words')
  await using folder = await temporaryFolder()
  const rclone = await configureRclone(twin, folder.path, 'secret-words')
  const mount = join(folder.path, 'mount')
  await mkdir(mount)
  const cache = join(folder.path, 'cache')
  const args = ['mount', 'twin:', mount, ...rclone, '--vfs-cache-mode', 'writes', '--cache-dir', cache]
  const child = spawn('rclone', args, { stdio: 'inherit' })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  try {
    await mounted(mount, child)
    await useFiles(mount)
    await useTree({ twin, accountId }, mount, folder.path, true)
    await useGit(mount, folder.path)
  } finally {
    await run('fusermount3', ['-u', mount])
    child.kill()
    await ended
  }
})

test('a folder mounted by davfs2 is written to, renamed in, copied into and cloned into by git', {
  skip: lacks('mount.davfs', 'git') || lacksFuse() || lacksRoot(),
}, async (t) => {
  await using twin = await createTestTwin()
  const accountId = await twin.account('ann', 'secret-words')
  await using bridge = await openBridge(twin)
  await using folder = await temporaryFolder()
  const mount = join(folder.path, 'mount')
  await mkdir(mount)
  // mount.davfs gives up being root before it makes its cache.
  const cache = join(folder.path, 'cache')
  await mkdir(cache)
  await chmod(folder.path, 0o755)
  await chmod(cache, 0o777)
  const secrets = join(folder.path, 'secrets')
  const config = join(folder.path, 'davfs2.conf')
  const url = `http://127.0.0.1:${bridge.port}/dav/files/ann/`
  await writeFile(secrets, `${url} ann secret-words\n`, { mode: 0o600 })
  await writeFile(config, `ask_auth 0\ncache_dir ${cache}\nsecrets ${secrets}\ndelay_upload 0\n`, {
    mode: 0o600,
  })
  await runWell('mount.davfs', ['-o', `conf=${config}`, url, mount])
  try {
    await mounted(mount)
    // davfs2 1.6.1 cannot list any folder of any server on newer kernels: what needs no listing is tried all the same.
    const lists = await readdir(mount)
      .then(() => true)
      .catch((error) => error.code !== 'EINVAL')
    await useFiles(mount)
    await useTree({ twin, accountId }, mount, folder.path, lists)
    if (lists) await useGit(mount, folder.path)
    else t.diagnostic('this davfs2 cannot list folders under this kernel: git was not tried')
  } finally {
    await run('umount', [mount])
  }
})
