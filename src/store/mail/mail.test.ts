import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createPerson } from '../../../tests/support/people.ts'
import { openTestStore } from '../../../tests/support/store.ts'
import { isDomainError } from '../../errors.ts'
import type { Store } from '../store.ts'
import { verify } from '../verify/verify.ts'
import type { Mailbox } from './mail.ts'

async function* chunks(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
}

const messageOf = (n: number): string => `From: bob@example.org\r\nSubject: ${n}\r\n\r\nText ${n}\r\n`

async function deliver(store: Store, mailbox: Mailbox, n: number): Promise<number> {
  const email = await store.mail.receive(chunks(messageOf(n)))
  return store.write((tx) => store.mail.append(tx, mailbox, email))
}

const mailboxOf = async (store: Store, accountId: number, name: string): Promise<Mailbox> => {
  const mailbox = await store.read((view) => store.mail.find(view, accountId, name))
  assert.ok(mailbox !== undefined)
  return mailbox
}

const used = async (store: Store, id: number): Promise<number> =>
  (await store.read((view) => store.accounts.byId(view, id)))?.used ?? 0

test('whatever is done to messages, counters, bytes and references stay right', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const { id } = await createPerson(store, 'ann', 'secret-words')
  await store.write((tx) => store.mail.create(tx, id, 'Work'))
  const names = ['INBOX', 'Work', 'Trash']
  const action = fc.record({
    act: fc.constantFrom('deliver', 'copy', 'move', 'seen', 'unseen', 'mark', 'expunge'),
    from: fc.constantFrom(...names),
    to: fc.constantFrom(...names),
    uid: fc.nat(12),
  })
  let count = 0
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 20 }), async (actions) => {
      for (const { act, from, to, uid } of actions) {
        const [source, target] = [await mailboxOf(store, id, from), await mailboxOf(store, id, to)]
        if (act === 'deliver') {
          await deliver(store, source, ++count)
          continue
        }
        await store.write(async (tx) => {
          const last = source.uidNext - 1
          const some = await store.mail.emails(tx, source, Math.max(1, last - uid), last, 3)
          const flag = (mode: 'add' | 'remove', keywords: string[], deleted: boolean) =>
            store.mail.flag(tx, source, some, { mode, keywords, deleted })
          if (act === 'copy') await store.mail.copy(tx, some, target)
          else if (act === 'move') await store.mail.move(tx, source, some, target)
          else if (act === 'seen') await flag('add', ['$Seen'], false)
          else if (act === 'unseen') await flag('remove', ['$seen'], false)
          else if (act === 'mark') await flag('add', [], true)
          else
            await store.mail.expunge(
              tx,
              source,
              some.filter(({ deleted }) => deleted),
            )
        })
      }
    }),
    { numRuns: 15 },
  )
  if (store.dialect === 'sqlite') assert.deepEqual((await verify(store.directory)).problems, [])
})

test('a message that is nowhere any more gives its bytes back, and one that is somewhere keeps them', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const { id } = await createPerson(store, 'ann', 'secret-words')
  const before = await used(store, id)
  const inbox = await mailboxOf(store, id, 'INBOX')
  const trash = await mailboxOf(store, id, 'Trash')
  const uid = await deliver(store, inbox, 1)
  assert.equal((await used(store, id)) - before, messageOf(1).length)
  await store.write(async (tx) => {
    const emails = await store.mail.emails(tx, inbox, uid, uid, 1)
    await store.mail.copy(tx, emails, trash)
    await store.mail.expunge(tx, inbox, emails)
  })
  assert.equal((await used(store, id)) - before, messageOf(1).length)
  await store.write(async (tx) => store.mail.expunge(tx, trash, await store.mail.placements(tx, trash, 1, 9, 9)))
  assert.equal(await used(store, id), before)
})

test('a removed mailbox is gone at once, and all that was in it alone is erased', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const { id } = await createPerson(store, 'ann', 'secret-words')
  const before = await used(store, id)
  const work = await store.write((tx) => store.mail.create(tx, id, 'Work'))
  for (let n = 0; n < 5; n++) await deliver(store, work, n)
  await store.write((tx) => store.mail.remove(tx, work))
  assert.equal(await store.read((view) => store.mail.find(view, id, 'Work')), undefined)
  await store.mail.tidy()
  assert.equal(await used(store, id), before)
  const again = await store.write((tx) => store.mail.create(tx, id, 'Work'))
  assert.ok(
    again.uidValidity > work.uidValidity,
    'RFC 9051 §2.3.1.1: a name that is used again has another UIDVALIDITY',
  )
})

test('an account that is deleted leaves no mail', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const ann = await createPerson(store, 'ann', 'secret-words')
  await deliver(store, await mailboxOf(store, ann.id, 'INBOX'), 1)
  await store.write((tx) => store.accounts.delete(tx, ann))
  await store.erasures.settled()
  const left = await store.read((view) => view.db.selectFrom('email').select('id').execute())
  assert.deepEqual(left, [])
})

test('RFC 9051 §6.3.6: a rename takes along what is below, and never lands on what is there', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const { id } = await createPerson(store, 'ann', 'secret-words')
  for (const name of ['a', 'a/b', 'a/b/c', 'x/b']) await store.write((tx) => store.mail.create(tx, id, name))
  const a = await mailboxOf(store, id, 'a')
  const isTaken = (error: unknown): boolean => isDomainError(error, 'AlreadyExists')
  await assert.rejects(
    store.write((tx) => store.mail.rename(tx, a, 'x')),
    isTaken,
  )
  await store.write((tx) => store.mail.rename(tx, a, 'y'))
  const names = (await store.read((view) => store.mail.mailboxes(view, id))).map(({ name }) => name)
  assert.deepEqual(
    names.filter((name) => /^[axy]/.test(name)),
    ['x/b', 'y', 'y/b', 'y/b/c'],
  )
})

test('who has no room left is told before anything is stored', async () => {
  await using opened = await openTestStore({ defaultQuota: 10_000 })
  const { store } = opened
  const { id } = await createPerson(store, 'ann', 'secret-words')
  const inbox = await mailboxOf(store, id, 'INBOX')
  const email = await store.mail.receive(chunks('x'.repeat(20_000)))
  await assert.rejects(
    store.write((tx) => store.mail.append(tx, inbox, email)),
    (error) => isDomainError(error, 'QuotaExceeded'),
  )
  assert.equal((await mailboxOf(store, id, 'INBOX')).total, 0)
})
