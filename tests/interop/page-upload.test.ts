import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createPageTwin, lacksBrowser, rowOf } from '../support/browser.ts'
import { temporaryFolder } from '../support/store.ts'

const skip = lacksBrowser()
const password = 'secret-words'
const gibibyte = 2 ** 30

const disk = await statfs(tmpdir())
const lacksRoom = (bytes: number): string | false =>
  disk.bavail * disk.bsize < bytes ? `needs ${bytes / gibibyte} GiB of disk` : false

/** Mostly a hole, so that it costs no disk here; marks at both ends and at odd places between. */
const makeLarge = async (path: string, bytes: number): Promise<void> => {
  const file = await open(path, 'w')
  await file.truncate(bytes)
  for (let at = 0; at < bytes; at += 97_777_777) await file.write(Buffer.from(`mark at ${at}`), 0, undefined, at)
  await file.write(Buffer.from('end'), 0, undefined, bytes - 3)
  await file.close()
}

const sha256 = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk)
  return hash.digest('hex')
}

test('300 files are uploaded at one go, each whole', { skip }, async () => {
  await using house = await createPageTwin()
  await house.twin.account('ann', password)
  await using folder = await temporaryFolder()
  const paths: string[] = []
  for (let number = 1; number <= 300; number += 1) {
    const path = join(folder.path, `picture ${number}.txt`)
    await writeFile(path, `${number}`.repeat(number * 37))
    paths.push(path)
  }
  const { page } = await house.signedIn('ann', password)
  await page.locator('input#files').setInputFiles(paths)
  await page.getByText('300 files are uploaded').first().waitFor({ timeout: 120_000 })
  await page.locator('[role=grid][aria-rowcount="300"]').waitFor()
  assert.ok((await page.getByRole('row').count()) < 60, 'only what is in sight is drawn')
  await page.getByRole('grid').focus()
  await page.keyboard.press('End')
  await rowOf(page, 'picture 300.txt').waitFor()
  await page.getByRole('link', { name: 'Trash' }).click()
  await page.getByText('The trash is empty').waitFor()
  await page.goBack()
  await rowOf(page, 'picture 300.txt').waitFor()

  const { store } = house.twin
  const files = await store.read(async (view) => {
    const account = await store.accounts.byName(view, 'ann')
    assert.ok(account !== undefined)
    const root = await store.files.root(view, account.id)
    return store.files.list(view, root.id, { limit: 1000 })
  })
  assert.equal(files.length, 300)
  for (const { name, size } of files) {
    const number = Number(/\d+/.exec(name)?.[0])
    assert.equal(size, `${number}`.length * number * 37)
  }
})

test('a folder is uploaded with all that is in it', { skip }, async () => {
  await using house = await createPageTwin()
  await house.twin.account('ann', password)
  await using folder = await temporaryFolder()
  const tree = join(folder.path, 'Holiday')
  await mkdir(join(tree, 'day one', 'morning'), { recursive: true })
  await writeFile(join(tree, 'plan.txt'), 'plan')
  await writeFile(join(tree, 'day one', 'morning', 'walk.txt'), 'walk')
  const { page } = await house.signedIn('ann', password)
  await page.locator('input#folder').setInputFiles(tree)
  await page.getByText('2 files are uploaded').first().waitFor()
  await page.goto(`${house.twin.url}files/Holiday/day%20one/morning/`)
  await rowOf(page, 'walk.txt').waitFor()
})

test('one file of 2 GiB is uploaded whole, with its progress shown, and can be cancelled', {
  skip: skip || lacksRoom(8 * gibibyte),
  timeout: 600_000,
}, async () => {
  await using house = await createPageTwin()
  await house.twin.account('ann', password)
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'film.bin')
  await makeLarge(path, 2 * gibibyte)
  const { page } = await house.signedIn('ann', password)
  const progress = page.getByRole('progressbar', { name: 'Uploading “film.bin”' })

  await page.locator('input#files').setInputFiles(path)
  await progress.waitFor()
  await page.getByRole('button', { name: 'Cancel: Uploading “film.bin”' }).click()
  await page.getByText('Cancelled. What had arrived stays.').first().waitFor()
  assert.equal(await rowOf(page, 'film.bin').count(), 0)

  await page.locator('input#files').setInputFiles(path)
  await page.getByText(/^[1-9]\d?%$/).waitFor()
  await page.getByText('“film.bin” is uploaded').first().waitFor({ timeout: 500_000 })
  await rowOf(page, 'film.bin').getByText('2.15 GB').locator('visible=true').waitFor()

  const { store } = house.twin
  const stored = await store.read(async (view) => {
    const account = await store.accounts.byName(view, 'ann')
    assert.ok(account !== undefined)
    return store.files.resolve(view, (await store.files.root(view, account.id)).id, ['film.bin'])
  })
  assert.equal(stored?.size, 2 * gibibyte)
  assert.equal(stored?.etag, await sha256(path))
})
