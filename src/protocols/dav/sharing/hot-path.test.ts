// Who shares nothing pays nothing for sharing, or one look into an index where homes are listed.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { event } from '../../../../tests/support/calendars.ts'
import { openHouse } from '../../../../tests/support/sharing.ts'

it('asks about shares once at the most, and of what is one’s own not at all', async () => {
  await using opened = await openHouse()
  const { house } = opened
  const { shares } = house.store
  let asked = 0
  const counting =
    <A extends unknown[], R>(method: (...parameters: A) => R) =>
    (...parameters: A): R => {
      asked++
      return method(...parameters)
    }
  shares.find = counting(shares.find.bind(shares))
  shares.list = counting(shares.list.bind(shares))
  shares.given = counting(shares.given.bind(shares))
  shares.of = counting(shares.of.bind(shares))
  shares.proxies.find = counting(shares.proxies.find.bind(shares.proxies))
  const lookUps = async (request: Promise<unknown>): Promise<number> => {
    asked = 0
    await request
    return asked
  }
  const put = (path: string) =>
    house.ask('ann', 'PUT', path, {
      body: event('a', 'DTSTART:20260101T100000Z'),
      headers: { 'content-type': 'text/calendar' },
    })

  await house.put('ann', 'files/ann/a.txt', 'one')
  await put('calendars/ann/calendar/a.ics')
  const { token } = await house.sync('ann', 'calendars/ann/calendar/')
  const costs: Record<string, number> = {
    'GET of a file': await lookUps(house.ask('ann', 'GET', 'files/ann/a.txt')),
    'PUT over a file': await lookUps(house.put('ann', 'files/ann/a.txt', 'two')),
    'GET of an event': await lookUps(house.ask('ann', 'GET', 'calendars/ann/calendar/a.ics')),
    'PUT over an event': await lookUps(put('calendars/ann/calendar/a.ics')),
    'an unchanged sync': await lookUps(house.sync('ann', 'calendars/ann/calendar/', token)),
    'ETags of a calendar': await lookUps(house.find('ann', 'calendars/ann/calendar/', '<D:getetag/>', '1')),
    'types of a calendar': await lookUps(house.find('ann', 'calendars/ann/calendar/', '<D:resourcetype/>', '1')),
    'ETags of the top folder': await lookUps(house.find('ann', 'files/ann/', '<D:getetag/>', '1')),
    'ETags of the home': await lookUps(house.find('ann', 'calendars/ann/', '<D:getetag/>', '1')),
  }
  assert.deepEqual(costs, {
    'GET of a file': 0,
    'PUT over a file': 0,
    'GET of an event': 0,
    'PUT over an event': 0,
    'an unchanged sync': 0,
    'ETags of a calendar': 0,
    'types of a calendar': 1,
    'ETags of the top folder': 1,
    'ETags of the home': 1,
  })
})
