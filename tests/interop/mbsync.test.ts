// mbsync and offlineimap keep a Maildir and a mailbox the same, both ways; mbsync on two machines of one person.
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { lacks } from '../support/lacks.ts'
import { runWell } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin, type TestTwin } from '../support/twin.ts'

const config = (folder: string, port: number): string => `IMAPAccount twin
Host localhost
Port ${port}
User ann
Pass secret-words
SSLType IMAPS
CertificateFile ${folder}/ca.pem

IMAPStore far
Account twin

MaildirStore near
Path ${folder}/mail/
Inbox ${folder}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Remove Both
Expunge Both
SyncState *
`

const machine = async (twin: TestTwin, folder: string, name: string) => {
  const path = join(folder, name)
  await mkdir(join(path, 'mail'), { recursive: true })
  await writeFile(join(path, 'ca.pem'), twin.ca)
  await writeFile(join(path, 'mbsyncrc'), config(path, twin.ports.imaps))
  const messages = (mailbox: string, sub: 'cur' | 'new') => join(path, 'mail', mailbox, sub)
  return {
    sync: () => runWell('mbsync', ['-c', join(path, 'mbsyncrc'), '-a']),
    /** Writes a message as a mail program does. */
    async put(mailbox: string, name: string, text: string) {
      for (const sub of ['cur', 'new', 'tmp']) await mkdir(join(path, 'mail', mailbox, sub), { recursive: true })
      await writeFile(join(messages(mailbox, 'cur'), `${name}:2,`), text)
    },
    async names(mailbox: string): Promise<string[]> {
      const cur = await readdir(messages(mailbox, 'cur'))
      return [...cur, ...(await readdir(messages(mailbox, 'new')))]
    },
    async texts(mailbox: string): Promise<string[]> {
      const found: string[] = []
      for (const sub of ['cur', 'new'] as const) {
        for (const name of await readdir(messages(mailbox, sub))) {
          found.push(await readFile(join(messages(mailbox, sub), name), 'latin1'))
        }
      }
      return found.sort()
    },
    messages,
  }
}

const text = (subject: string): string => `From: bob@example.org\nSubject: ${subject}\n\nbody of ${subject}\n`

test('two Maildirs and the twin become the same', { skip: lacks('mbsync') }, async () => {
  await using twin = await createTestTwin()
  await using folder = await temporaryFolder()
  await twin.account('ann', 'secret-words')
  const home = await machine(twin, folder.path, 'home')
  const away = await machine(twin, folder.path, 'away')
  await home.sync()
  for (let n = 0; n < 20; n++) await home.put('INBOX', `message-${n}`, text(`number ${n}`))
  await home.put('Projects', 'plan', text('plan'))
  await home.sync()
  await away.sync()
  assert.equal((await away.texts('INBOX')).length, 20)
  assert.deepEqual(
    (await away.texts('Projects')).map((one) => one.replace(/^X-TUID:.*\n/m, '')),
    [text('plan')],
  )

  // A flag set here, and a message deleted there, are so on both.
  const [one] = await home.names('INBOX')
  await rename(join(home.messages('INBOX', 'cur'), one as string), join(home.messages('INBOX', 'cur'), `${one}FS`))
  const [other] = await readdir(away.messages('Projects', 'cur')).then((names) =>
    names.length > 0 ? names : readdir(away.messages('Projects', 'new')),
  )
  await rm(join(away.messages('Projects', 'cur'), other as string), { force: true })
  await rm(join(away.messages('Projects', 'new'), other as string), { force: true })
  await home.sync()
  await away.sync()
  await home.sync()
  assert.equal((await away.names('INBOX')).filter((name) => /:2,FS$/.test(name)).length, 1)
  assert.deepEqual(await home.names('Projects'), [])
})

const offlineimapConfig = (folder: string, port: number): string => `[general]
accounts = twin
metadata = ${folder}/state
[Account twin]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = ${folder}/mail
[Repository far]
type = IMAP
remotehost = localhost
remoteport = ${port}
remoteuser = ann
remotepass = secret-words
ssl = yes
sslcacertfile = ${folder}/ca.pem
`

test('offlineimap brings mail and its flags both ways', { skip: lacks('offlineimap') }, async () => {
  await using twin = await createTestTwin()
  await using folder = await temporaryFolder()
  const id = await twin.account('ann', 'secret-words')
  const { store } = twin
  const put = async (subject: string) => {
    const email = await store.mail.receive(chunks(text(subject).replaceAll('\n', '\r\n')))
    await store.write(async (tx) => {
      const inbox = await store.mail.find(tx, id, 'INBOX')
      if (inbox) await store.mail.append(tx, inbox, email)
    })
  }
  await put('one')
  await put('two')
  await writeFile(join(folder.path, 'ca.pem'), twin.ca)
  await writeFile(join(folder.path, 'config'), offlineimapConfig(folder.path, twin.ports.imaps))
  const sync = () => runWell('offlineimap', ['-c', join(folder.path, 'config'), '-o', '-u', 'basic'])
  await sync()
  const found = await readdir(join(folder.path, 'mail/INBOX/new'))
  assert.equal(found.length, 2)
  const seen = (found[0] as string).replace(/(:2,.*)?$/, ':2,S')
  await rename(join(folder.path, 'mail/INBOX/new', found[0] as string), join(folder.path, 'mail/INBOX/cur', seen))
  await sync()
  const inbox = await store.read((view) => store.mail.find(view, id, 'INBOX'))
  assert.deepEqual([inbox?.total, inbox?.unseen], [2, 1])
})

async function* chunks(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
}
