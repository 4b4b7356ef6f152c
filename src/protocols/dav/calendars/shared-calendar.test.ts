// What somebody may do who has another's calendar by a share: import, subscribe, attach.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calendarText, component, event } from '../../../../tests/support/calendars.ts'
import { openHouse } from '../../../../tests/support/sharing.ts'

const day = (uid: string) => component('VEVENT', uid, 'DTSTART:20260301T120000Z')
const file = calendarText(...day('a'), ...day('b'))

const open = async (access: 'read' | 'write') => {
  const opened = await openHouse()
  const { house } = opened
  assert.equal(
    (
      await house.put(
        'ann',
        'calendars/ann/calendar/lunch.ics',
        event('lunch', ...day('x').slice(3, 4)),
        'text/calendar',
      )
    ).status,
    201,
  )
  const { name } = await house.share('calendar', 'calendar', access)
  return Object.assign(opened, { path: `calendars/bob/${name}/` })
}

const post = { body: file, headers: { 'content-type': 'text/calendar' } }

test('who may only read it imports nothing and attaches nothing', async () => {
  await using opened = await open('read')
  const { house, path } = opened
  for (const query of ['', '?existing=update']) assert.equal(await house.status('bob', 'POST', path + query, post), 403)
  const attach = { body: 'x', headers: { 'content-type': 'text/plain' } }
  assert.equal(await house.status('bob', 'POST', `${path}lunch.ics?action=attachment-add`, attach), 403)
  assert.doesNotMatch((await house.ask('bob', 'GET', path)).body.toString(), /UID:a|ATTACH/)
})

test('who may write to it does both, and its owner is charged', async () => {
  await using opened = await open('write')
  const { house, path } = opened
  const before = await house.used('ann')
  assert.equal(JSON.parse((await house.ask('bob', 'POST', path, post)).body.toString()).imported, 2)
  const attach = { body: 'x'.repeat(1000), headers: { 'content-type': 'text/plain' } }
  const added = await house.ask('bob', 'POST', `${path}lunch.ics?action=attachment-add`, attach)
  assert.equal(added.status, 201)
  assert.ok((await house.used('ann')) > before + 1000)
  assert.equal(await house.used('bob'), 0)
  const at = new URL(String(added.headers.location)).pathname.slice('/dav/'.length)
  assert.deepEqual(
    [await house.status('ann', 'GET', at), await house.status('bob', 'GET', at), await house.status('cem', 'GET', at)],
    [200, 200, 404],
  )
})

test('nobody but its owner makes it a subscription, or learns where one comes from', async () => {
  await using opened = await open('write')
  const { house, path } = opened
  const namespaces = 'xmlns:D="DAV:" xmlns:CS="http://calendarserver.org/ns/"'
  const body = `<D:propertyupdate ${namespaces}><D:set><D:prop><CS:source><D:href>https://feeds.example/</D:href></CS:source></D:prop></D:set></D:propertyupdate>`
  const answer = await house.ask('bob', 'PROPPATCH', path, { body, headers: { 'content-type': 'application/xml' } })
  assert.match(answer.body.toString(), /HTTP\/1.1 403/)
  const { store, ids } = house
  await store.write(async (tx) => {
    const at = { accountId: ids.ann, kind: 'calendar', name: 'feed' } as const
    await store.collections.create(tx, at, { source: 'https://ann:secret@feeds.example/' })
  })
  const { name } = await house.share('calendar', 'feed', 'write')
  const sourceOf = async (as: 'ann' | 'bob', at: string) =>
    (await house.find(as, at, '<CS:source/>'))[0]?.properties.get('{http://calendarserver.org/ns/}source')?.status
  assert.equal(await sourceOf('ann', 'calendars/ann/feed/'), 200)
  assert.equal(await sourceOf('bob', `calendars/bob/${name}/`), 404)
})
