// Two machines with khard, which edits cards in a folder, and vdirsyncer, which synchronises the folder with the twin.
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { lacks } from '../support/lacks.ts'
import { run, runWell } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin, type TestTwin } from '../support/twin.ts'

const vdirsyncerConfig = (folder: string, port: number): string => `[general]
status_path = "${folder}/status"
[pair contacts]
a = "local"
b = "twin"
collections = ["contacts", "accounts"]
conflict_resolution = null
metadata = ["displayname"]
[storage local]
type = "filesystem"
path = "${folder}/cards"
fileext = ".vcf"
[storage twin]
type = "carddav"
url = "https://localhost:${port}/"
verify = "${folder}/ca.pem"
username = "ann"
password = "secret-words"
`

const khardConfig = (folder: string): string => `[addressbooks]
[[contacts]]
path = ${folder}/cards/contacts
[[accounts]]
path = ${folder}/cards/accounts
[general]
default_action = list
editor = true
merge_editor = true
[vcard]
preferred_version = 4.0
`

/** A machine of Ann's, on which everything is set up. */
const machine = async (twin: TestTwin, folder: string, name: string) => {
  const path = join(folder, name)
  await mkdir(join(path, 'cards/contacts'), { recursive: true })
  await mkdir(join(path, 'cards/accounts'))
  await writeFile(join(path, 'ca.pem'), twin.ca)
  await writeFile(join(path, 'vdirsyncer'), vdirsyncerConfig(path, twin.port))
  await writeFile(join(path, 'khard.conf'), khardConfig(path))
  const vdirsyncer = ['-c', join(path, 'vdirsyncer')]
  await runWell('vdirsyncer', [...vdirsyncer, 'discover'], { input: 'y\ny\n' })
  return {
    sync: () => runWell('vdirsyncer', [...vdirsyncer, 'sync']),
    trySync: () => run('vdirsyncer', [...vdirsyncer, 'sync']),
    metasync: () => runWell('vdirsyncer', [...vdirsyncer, 'metasync']),
    khard: (args: readonly string[], input = '') =>
      runWell('khard', ['-c', join(path, 'khard.conf'), ...args], { input }),
    /** Takes the card as it is described, and says yes to the question whether to. */
    async edit(description: string): Promise<void> {
      const file = join(path, 'edited.yaml')
      await writeFile(file, description)
      await runWell('khard', ['-c', join(path, 'khard.conf'), 'edit', '--input-file', file, 'Bob'], { input: 'y\n' })
    },
    async cards(book = 'contacts'): Promise<string[]> {
      const files = (await readdir(join(path, 'cards', book))).filter((file) => file.endsWith('.vcf'))
      return Promise.all(files.map((file) => readFile(join(path, 'cards', book, file), 'utf8')))
    },
    displayName: () => readFile(join(path, 'cards/contacts/displayname'), 'utf8'),
  }
}

const bob = (phone: string): string => `First name: Bob
Last name: Öberg
Phone:
    cell: "${phone}"
Email:
    home: bob@example.com
Birthday: "1996-04-15"
`

test('khard and vdirsyncer keep two machines and the twin the same, and tell of a conflict', {
  skip: lacks('khard', 'vdirsyncer'),
}, async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', 'secret-words')
  await using folder = await temporaryFolder()
  const desk = await machine(twin, folder.path, 'desk')
  const laptop = await machine(twin, folder.path, 'laptop')

  await desk.khard(['new', '-a', 'contacts'], bob('+46 1'))
  await desk.khard(['new', '-a', 'contacts'], 'First name: Cy\n')
  await desk.sync()
  await laptop.sync()
  assert.deepEqual((await laptop.cards()).toSorted(), (await desk.cards()).toSorted(), 'the same bytes on both')
  assert.match(await laptop.khard(['phone', 'Bob']), /\+46 1/)
  assert.match((await laptop.cards('accounts')).join(''), /^FN:ann\r?$/m)
  await laptop.metasync()
  assert.equal((await laptop.displayName()).trim(), 'Contacts')

  await laptop.edit(bob('+46 2'))
  await laptop.sync()
  await desk.sync()
  assert.match(await desk.khard(['phone', 'Bob']), /\+46 2/)

  await desk.edit(bob('+46 3'))
  await desk.sync()
  await laptop.edit(bob('+46 4'))
  const conflict = await laptop.trySync()
  assert.notEqual(conflict.code, 0)
  assert.match(conflict.output, /changed on both sides|conflict/i)
  assert.match(await desk.khard(['phone', 'Bob']), /\+46 3/, 'what was there first stays')

  await desk.khard(['remove', '--force', 'Bob'])
  await desk.sync()
  const phone = await machine(twin, folder.path, 'phone')
  await phone.sync()
  assert.deepEqual(await phone.cards(), await desk.cards())
  assert.match((await phone.cards()).join(), /Cy/)
  assert.doesNotMatch((await phone.cards()).join(), /Bob/)
})
