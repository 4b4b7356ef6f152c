// Thunderbird as a person uses it: told nothing but the twin's address, a name and a password. Its dialogs are operated,
// and what it synchronises is looked at on both sides.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { event, todo } from '../support/calendars.ts'
import { davClient } from '../support/dav-client.ts'
import { temporaryFolder } from '../support/store.ts'
import { stored } from '../support/stored.ts'
import { lacksThunderbird, startThunderbird, type Thunderbird } from '../support/thunderbird.ts'
import { createTestTwin, type TestTwin } from '../support/twin.ts'

const login = { name: 'ann', password: 'secret-words' }

const lunch = event('lunch', 'DTSTART:20260301T120000Z', 'DTEND:20260301T130000Z', 'SUMMARY:Lunch')
const weekly = event(
  'weekly',
  'DTSTART;TZID=Europe/Stockholm:20260302T090000',
  'DURATION:PT1H',
  'RRULE:FREQ=WEEKLY;COUNT=5',
  'SUMMARY:Weekly',
)
const dinner = event('dinner', 'DTSTART:20260305T180000Z', 'DTEND:20260305T200000Z', 'SUMMARY:Dinner')

/** Operates the dialog for a new calendar "on the network", and answers the names of what it has found. */
const addCalendars = (thunderbird: Thunderbird, { port }: TestTwin): Promise<string[]> =>
  thunderbird.run(
    `const [name, host, password] = args
    const wizard = opened('chrome://calendar/content/calendar-creation.xhtml')
    cal.window.openCalendarWizard(window)
    const { document } = await wizard
    const next = () => document.getElementById('calendar-creation-dialog').getButton('accept').click()
    document.getElementById('calendar-type').value = 'network'
    next()
    type(document.getElementById('network-username-input'), name)
    type(document.getElementById('network-location-input'), host)
    const asked = opened('chrome://global/content/commonDialog.xhtml')
    next()
    answer(await asked, password)
    const list = document.getElementById('network-calendar-list')
    await until(document, () => list.childElementCount > 0)
    const found = [...list.children].map(({ calendar }) => calendar.name)
    next()
    return found`,
    login.name,
    `localhost:${port}`,
    login.password,
  )

/** Waits until the items of a calendar in Thunderbird, as one text, are so; it looks at the server first. */
const shown = (thunderbird: Thunderbird, calendar: string, pattern: RegExp): Promise<string> =>
  thunderbird.run(
    `const [name, pattern] = args
    const calendar = calendarNamed(name)
    calendar.refresh()
    return watch(calendar, async () => {
      const items = await calendar.getItemsAsArray(calendar.ITEM_FILTER_ALL_ITEMS, 0, null, null)
      const text = items.map(({ icalString }) => icalString).sort().join('')
      return new RegExp(pattern, 's').test(text) ? text : undefined
    })`,
    calendar,
    pattern.source,
  )

/** What the person sees in the calendar tab: the titles in the week of a day. */
const shownInWeek = (thunderbird: Thunderbird, day: string, count: number): Promise<string[]> =>
  thunderbird.run(
    `document.getElementById('tabmail').openTab('calendar')
    await until(document, () => document.getElementById('week-view')?.isActive ?? currentView()?.initialized)
    switchToView('week')
    currentView().goToDay(cal.createDateTime(args[0]))
    const labels = () => [...document.querySelectorAll('#week-view .event-name-label')]
    const titles = () => labels().map(({ textContent }) => textContent).filter(Boolean).sort()
    return until(document, () => titles().length >= args[1] && titles())`,
    day,
    count,
  )

/** When somebody is busy on a Monday, as the page for attendees asks: whoever knows answers, some only that they do not. */
const busy = (thunderbird: Thunderbird, address: string): Promise<string[]> =>
  thunderbird.run(
    `const [start, end] = ['20260302T000000Z', '20260303T000000Z'].map((text) => cal.createDateTime(text))
    const { BUSY, BUSY_ALL } = Ci.calIFreeBusyInterval
    const QueryInterface = ChromeUtils.generateQI(['calIGenericOperationListener'])
    return new Promise((resolve) => {
      const onResult = (_, intervals) => {
        const found = (intervals ?? []).filter(({ freeBusyType }) => freeBusyType === BUSY).map((one) => one.interval)
        if (found.length > 0) resolve(found.map((one) => one.start.icalString + '/' + one.end.icalString))
      }
      cal.freeBusyService.getFreeBusyIntervals(args[0], start, end, BUSY_ALL, { QueryInterface, onResult })
    })`,
    address,
  )

test('Thunderbird finds the calendars by the host alone and synchronises both ways', {
  skip: lacksThunderbird(),
}, async () => {
  await using twin = await createTestTwin()
  const accountId = await twin.account(login.name, login.password)
  const onServer = stored(twin.store, accountId, 'calendar')
  const phone = davClient(twin, { ...login, home: 'calendars' })
  await phone.expect(201, 'PUT', 'calendar/lunch.ics', lunch)
  await phone.expect(201, 'PUT', 'calendar/weekly.ics', weekly)
  await using folder = await temporaryFolder()
  await using thunderbird = await startThunderbird(folder.path, twin.ca)

  assert.deepEqual(await addCalendars(thunderbird, twin), ['Calendar', 'Tasks'])
  await shown(thunderbird, 'Calendar', /SUMMARY:Lunch.*SUMMARY:Weekly/)

  assert.deepEqual(await shownInWeek(thunderbird, '20260302T120000Z', 2), ['Lunch', 'Weekly'])

  await thunderbird.run(`await calendarNamed('Calendar').addItem(new CalEvent(args[0]))`, dinner)
  const withDinner = await onServer.until('calendar', (texts) => texts.has('dinner'))
  assert.match(withDinner.get('dinner') ?? '', /SUMMARY:Dinner\r\n/)

  const later = event('dinner', 'DTSTART:20260305T190000Z', 'DTEND:20260305T200000Z', 'SUMMARY:Late dinner')
  await phone.expect(204, 'PUT', 'calendar/dinner.ics', later)
  await shown(thunderbird, 'Calendar', /SUMMARY:Late dinner/)

  await thunderbird.run(
    `const calendar = calendarNamed('Calendar')
    const change = async (item, how) => {
      const changed = item.clone()
      how(changed)
      await calendar.modifyItem(changed, item)
    }
    await change(await calendar.getItem('lunch'), (item) => { item.title = 'Brunch' })
    const weekly = await calendar.getItem('weekly')
    const [, original, third] = weekly.recurrenceInfo.getOccurrences(weekly.startDate, cal.createDateTime('20260501T000000Z'), 0)
    const second = original.clone()
    second.title = 'Weekly, elsewhere'
    await change(weekly, (item) => {
      item.recurrenceInfo.modifyException(second, true)
      item.recurrenceInfo.removeOccurrenceAt(third.recurrenceId)
    })
    await calendar.deleteItem(await calendar.getItem('dinner'))`,
  )
  const texts = await onServer.until('calendar', (found) => !found.has('dinner'))
  assert.match(texts.get('lunch') ?? '', /SUMMARY:Brunch\r\n/)
  assert.match(texts.get('weekly') ?? '', /EXDATE;TZID=Europe\/Stockholm:20260316T090000\r\n/)
  assert.match(texts.get('weekly') ?? '', /RECURRENCE-ID;TZID=Europe\/Stockholm:20260309T090000\r\n/)
  assert.match(texts.get('weekly') ?? '', /SUMMARY:Weekly\\, elsewhere\r\n/)

  const bob = { name: 'bob', password: login.password }
  await twin.account(bob.name, bob.password)
  const other = davClient(twin, { ...bob, home: 'calendars' })
  await other.expect(201, 'PUT', 'calendar/dentist.ics', event('dentist', 'DTSTART:20260302T100000Z', 'DURATION:PT1H'))
  assert.deepEqual(await busy(thunderbird, 'mailto:bob@localhost'), ['20260302T100000Z/20260302T110000Z'])
  other.close()

  const pay = todo('pay', 'DUE:20260401T100000Z', 'SUMMARY:Pay')
  await thunderbird.run(
    `const tasks = calendarNamed('Tasks')
    const pay = await tasks.addItem(new CalTodo(args[0]))
    const done = pay.clone()
    done.isCompleted = true
    await tasks.modifyItem(done, pay)`,
    pay,
  )
  assert.match((await onServer.texts('tasks')).get('pay') ?? '', /STATUS:COMPLETED\r\n/)

  const supper = event('supper', 'DTSTART:20260306T180000Z', 'DURATION:PT2H', 'SUMMARY:Supper')
  await thunderbird.run(
    `Services.io.offline = true
    await calendarNamed('Calendar').addItem(new CalEvent(args[0]))`,
    supper,
  )
  assert.equal((await onServer.texts('calendar')).has('supper'), false, 'it is offline')
  await thunderbird.run(`Services.io.offline = false`)
  await onServer.until('calendar', (found) => found.has('supper'))

  await phone.expect(204, 'DELETE', 'calendar/lunch.ics')
  assert.doesNotMatch(await shown(thunderbird, 'Calendar', /^((?!UID:lunch).)*$/), /Brunch/)
  phone.close()
})

test('Thunderbird has what others share, read only where it is, and answers an invitation', {
  skip: lacksThunderbird(),
}, async () => {
  await using twin = await createTestTwin()
  const { store } = twin
  const annId = await twin.account(login.name, login.password)
  const bobId = await twin.account('bob', login.password)
  const [ofAnn, ofBob] = [annId, bobId].map((id) => stored(store, id, 'calendar'))
  await store.write(async (tx) => {
    const family = await store.collections.create(
      tx,
      { accountId: bobId, kind: 'calendar', name: 'family' },
      { displayName: 'Family', components: 'VEVENT' },
    )
    const item = { ownerId: bobId, kind: 'calendar', itemId: family.id } as const
    const { id } = await store.shares.invite(tx, item, { accountId: annId, access: 'read' })
    await store.shares.accept(tx, annId, id)
  })
  const bobs = davClient(twin, { ...login, name: 'bob', home: 'calendars' })
  await bobs.expect(201, 'PUT', 'family/dinner.ics', dinner)
  await using folder = await temporaryFolder()
  await using thunderbird = await startThunderbird(folder.path, twin.ca)
  assert.deepEqual((await addCalendars(thunderbird, twin)).toSorted(), ['Calendar', 'Family (bob)', 'Tasks'])
  await shown(thunderbird, 'Family (bob)', /SUMMARY:Dinner/)
  assert.deepEqual(
    await thunderbird.run(`return ['Calendar', 'Family (bob)'].map((name) => calendarNamed(name).readOnly)`),
    [false, true],
  )

  const meeting = event(
    'meeting',
    'DTSTART:20260310T090000Z',
    'DTEND:20260310T100000Z',
    'SUMMARY:Meeting',
    'ORGANIZER:mailto:bob@localhost',
    'ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@localhost',
    'ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ann@localhost',
  )
  await bobs.expect(201, 'PUT', 'calendar/meeting.ics', meeting)
  await ofAnn?.until('calendar', (texts) => texts.has('meeting'))
  await shown(thunderbird, 'Calendar', /SUMMARY:Meeting/)
  await thunderbird.run(
    `const calendar = calendarNamed('Calendar')
    const invited = await calendar.getItem('meeting')
    const accepted = invited.clone()
    accepted.getAttendeeById('mailto:ann@localhost').participationStatus = 'ACCEPTED'
    await calendar.modifyItem(accepted, invited)`,
  )
  const isAccepted = /ATTENDEE[^:]*PARTSTAT=ACCEPTED[^:]*:mailto:ann@localhost/
  const unfolded = (text = '') => text.replaceAll(/\r\n[ \t]/g, '')
  await ofBob?.until('calendar', (texts) => isAccepted.test(unfolded(texts.get('meeting'))))
  bobs.close()
})

const bob = 'BEGIN:VCARD\r\nVERSION:4.0\r\nUID:bob\r\nFN:Bob Öberg\r\nEMAIL:bob@example.com\r\nEND:VCARD\r\n'

/** What the dialog for a new CardDAV address book does once it has the password; answers the names of what it finds. */
const addBooks = (thunderbird: Thunderbird, { port }: TestTwin): Promise<string[]> =>
  thunderbird.run(
    `const { CardDAVUtils } = ChromeUtils.importESModule('resource:///modules/CardDAVUtils.sys.mjs')
    const found = await CardDAVUtils.detectAddressBooks(...args)
    await Promise.all(found.map((book) => synchronised(book.create())))
    return found.map(({ name }) => name)`,
    login.name,
    login.password,
    `https://localhost:${port}`,
  )

/** Waits until the cards of a book in Thunderbird, as one text, are so; it looks at the server first. */
const cardsShown = (thunderbird: Thunderbird, book: string, pattern: RegExp): Promise<string> =>
  thunderbird.run(
    `const [name, pattern] = args
    const book = bookNamed(name)
    for (;;) {
      const text = book.childCards.map((card) => card.getProperty('_vCard', '')).sort().join('')
      if (new RegExp(pattern, 's').test(text)) return text
      await synchronised(book)
    }`,
    book,
    pattern.source,
  )

test('Thunderbird finds the address books by the host alone and synchronises both ways', {
  skip: lacksThunderbird(),
}, async () => {
  await using twin = await createTestTwin()
  const accountId = await twin.account(login.name, login.password)
  const onServer = stored(twin.store, accountId, 'addressbook')
  const phone = davClient(twin, { ...login, home: 'contacts' })
  await phone.expect(201, 'PUT', 'contacts/bob.vcf', bob)
  await using folder = await temporaryFolder()
  await using thunderbird = await startThunderbird(folder.path, twin.ca)

  assert.deepEqual(await addBooks(thunderbird, twin), ['Contacts', 'On this twin'])
  await cardsShown(thunderbird, 'Contacts', /FN:Bob Öberg/)
  await cardsShown(thunderbird, 'On this twin', /FN:ann/)
  assert.deepEqual(
    await thunderbird.run(`return ['Contacts', 'On this twin'].map((name) => bookNamed(name).readOnly)`),
    [false, true],
  )

  await thunderbird.run(
    `const { VCardUtils } = ChromeUtils.importESModule('resource:///modules/VCardUtils.sys.mjs')
    const [cy] = args
    bookNamed('Contacts').addCard(VCardUtils.vCardToAbCard(cy))
    const [bob] = bookNamed('Contacts').childCards.filter(({ UID }) => UID === 'bob')
    bob.vCardProperties.getFirstEntry('email').value = 'robert@example.com'
    bookNamed('Contacts').modifyCard(bob)`,
    bob.replaceAll(/bob/gi, 'Cy'),
  )
  const is = (text: string | undefined, pattern: RegExp) => text !== undefined && pattern.test(text)
  const cards = await onServer.until('contacts', (texts) => texts.size === 2 && is(texts.get('bob'), /robert@example/))
  assert.match([...cards.values()].join(''), /FN:Cy Öberg\r\n/)

  await phone.expect(204, 'PUT', 'contacts/bob.vcf', bob.replace('Bob', 'Bobby'))
  await cardsShown(thunderbird, 'Contacts', /FN:Bobby Öberg/)
  await thunderbird.run(
    `const book = bookNamed('Contacts'); book.deleteCards(book.childCards.filter(({ UID }) => UID === 'bob'))`,
  )
  await onServer.until('contacts', (texts) => !texts.has('bob'))
  phone.close()
})
