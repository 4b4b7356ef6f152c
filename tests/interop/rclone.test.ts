import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { lacks } from '../support/lacks.ts'
import { configureRclone } from '../support/rclone.ts'
import { runWell } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin } from '../support/twin.ts'

const files = 2000
const written = new Date('2020-02-02T02:02:02Z')

/** 2,000 files in 20 folders, of sizes from nothing to some hundred KiB, with names that need care. */
const grow = async (folder: string): Promise<void> => {
  for (let index = 0; index < files; index++) {
    const parent = join(folder, `folder ${index % 20}`)
    if (index < 20) await mkdir(parent, { recursive: true })
    const odd = ['plain', 'with space', 'ünïcödé', '100% #1?', '日本語', "quote's & <tags>"][index % 6]
    const path = join(parent, `${odd} ${index}.txt`)
    const block = createHash('sha256').update(String(index)).digest('hex')
    await writeFile(path, block.repeat(index % 100 === 0 ? 4000 : index % 7))
    await utimes(path, written, written)
  }
}

test('rclone copies 2,000 files there, finds nothing to do again, syncs changes, and checks content both ways', {
  skip: lacks('rclone'),
}, async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', 'secret-words')
  await using folder = await temporaryFolder()
  const rclone = await configureRclone(twin, folder.path, 'secret-words')
  const source = join(folder.path, 'source')
  const back = join(folder.path, 'back')
  await grow(source)

  // rclone itself waits 10 ms between two requests to a WebDAV server, which is most of the time that this takes.
  await runWell('rclone', ['copy', source, 'twin:tree', ...rclone, '--transfers', '8'], { timeout: 300_000 })
  const again = await runWell('rclone', ['copy', source, 'twin:tree', ...rclone, '-v'])
  assert.doesNotMatch(again, /Copied/, 'times and sizes are the same, so that nothing is copied twice')

  await rm(join(source, 'folder 3'), { recursive: true })
  await writeFile(join(source, 'folder 4', 'new.txt'), 'new')
  await runWell('rclone', ['sync', source, 'twin:tree', ...rclone])
  await runWell('rclone', ['check', source, 'plain:tree', ...rclone, '--download'])

  await runWell('rclone', ['moveto', 'twin:tree/folder 5', 'twin:moved/deep/er', ...rclone])
  await runWell('rclone', ['copyto', 'twin:tree/folder 6', 'twin:copied', ...rclone])
  await runWell('rclone', ['copy', 'twin:moved', join(back, 'moved'), ...rclone])
  await runWell('rclone', ['copy', 'twin:copied', join(back, 'copied'), ...rclone])
  await runWell('rclone', ['check', join(source, 'folder 5'), join(back, 'moved/deep/er'), ...rclone])
  await runWell('rclone', ['check', join(source, 'folder 6'), join(back, 'copied'), ...rclone])
  const [name = ''] = await readdir(join(back, 'copied'))
  assert.equal((await stat(join(back, 'copied', name))).mtime.getTime(), written.getTime())

  const about = await runWell('rclone', ['about', 'twin:', ...rclone])
  assert.match(about, /Used:\s+\d/)
})
