// khal and todoman, which keep calendars and tasks in folders, on two machines of the same person; vdirsyncer
// synchronises the folders with the twin.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { event, todo } from '../support/calendars.ts'
import { davClient } from '../support/dav-client.ts'
import { lacks } from '../support/lacks.ts'
import { runWell } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { stored } from '../support/stored.ts'
import { createTestTwin, type TestTwin } from '../support/twin.ts'

const login = { name: 'ann', password: 'secret-words' }

const vdirsyncerConfig = (folder: string, port: number): string => `[general]
status_path = "${folder}/status"
[pair calendars]
a = "local"
b = "twin"
collections = ["calendar", "tasks"]
conflict_resolution = "b wins"
metadata = ["displayname", "color"]
[storage local]
type = "filesystem"
path = "${folder}/calendars"
fileext = ".ics"
[storage twin]
type = "caldav"
url = "https://localhost:${port}/"
verify = "${folder}/ca.pem"
username = "${login.name}"
password = "${login.password}"
`

const khalConfig = (folder: string): string => `[calendars]
[[calendar]]
path = ${folder}/calendars/calendar
[default]
default_calendar = calendar
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Stockholm
default_timezone = Europe/Stockholm
[sqlite]
path = ${folder}/khal.db
`

const todomanConfig = (folder: string): string => `path = "${folder}/calendars/tasks"
date_format = "%Y-%m-%d"
time_format = "%H:%M"
cache_path = "${folder}/todoman.sqlite3"
`

/** A machine of Ann's, on which everything is set up. */
const machine = async (twin: TestTwin, folder: string, name: string) => {
  const path = (file = '') => join(folder, name, file)
  await mkdir(path('calendars/calendar'), { recursive: true })
  await mkdir(path('calendars/tasks'))
  await writeFile(path('ca.pem'), twin.ca)
  await writeFile(path('vdirsyncer'), vdirsyncerConfig(path(), twin.port))
  await writeFile(path('khal.conf'), khalConfig(path()))
  await writeFile(path('todoman.py'), todomanConfig(path()))
  const env = { HOME: path(), TZ: 'Europe/Stockholm', LC_ALL: 'C.UTF-8' }
  const khal = (args: readonly string[], input = '') =>
    runWell('khal', ['-c', path('khal.conf'), ...args], { env, input })
  await runWell('vdirsyncer', ['-c', path('vdirsyncer'), 'discover'], { input: 'y\ny\n' })
  return {
    sync: () => runWell('vdirsyncer', ['-c', path('vdirsyncer'), 'sync']),
    khal,
    /** Start and title of what takes place in a month. */
    async list(month: string): Promise<string[]> {
      const output = await khal(['list', '--format', '{start} {title}', '--day-format', '', `${month}-01`, `31d`])
      return output.split('\n').filter(Boolean)
    },
    removeInstance: (day: string, title: string) =>
      runWell('/usr/bin/python3', [join(import.meta.dirname, 'khal-instance.py'), path('khal.conf'), day, title], {
        env,
      }),
    todoman: (args: readonly string[]) => runWell('todoman', ['-c', path('todoman.py'), ...args], { env }),
  }
}

test('khal on two machines: events, a series, one instance of it changed and one removed', {
  skip: lacks('khal', 'vdirsyncer'),
}, async () => {
  await using twin = await createTestTwin()
  const onServer = stored(twin.store, await twin.account(login.name, login.password), 'calendar')
  const phone = davClient(twin, { ...login, home: 'calendars' })
  await using folder = await temporaryFolder()
  const desk = await machine(twin, folder.path, 'desk')
  const laptop = await machine(twin, folder.path, 'laptop')
  const both = async () => {
    await desk.sync()
    await laptop.sync()
  }

  await desk.khal(['new', '2026-03-01', '12:00', '13:00', 'Lunch', '::', 'with Bob'])
  await desk.khal(['new', '--repeat', 'weekly', '--until', '2026-03-24', '2026-03-02', '09:00', '10:00', 'Weekly'])
  await both()
  const weekly = [2, 9, 16, 23].map((day) => `2026-03-${String(day).padStart(2, '0')} 09:00 Weekly`)
  assert.deepEqual(await laptop.list('2026-03'), ['2026-03-01 12:00 Lunch', ...weekly])

  await laptop.removeInstance('2026-03-16', 'Weekly')
  await laptop.khal(['edit', '--show-past', 'Lunch'], 's\nBrunch\nq\n')
  await laptop.sync()
  const texts = [...(await onServer.texts('calendar')).values()]
  assert.match(texts.join(''), /EXDATE;TZID=Europe\/Stockholm:20260316T090000\r?\n/)
  assert.match(texts.join(''), /SUMMARY:Brunch\r?\n/)

  const series = [...(await onServer.texts('calendar'))].find(([, text]) => text.includes('Weekly'))
  assert.ok(series)
  const [uid, text] = series
  const second = event(
    uid,
    'RECURRENCE-ID;TZID=Europe/Stockholm:20260309T090000',
    'DTSTART;TZID=Europe/Stockholm:20260309T110000',
    'DTEND;TZID=Europe/Stockholm:20260309T120000',
    'SUMMARY:Weekly, later',
  )
  const instance = second.slice(second.indexOf('BEGIN:VEVENT'), second.indexOf('END:VCALENDAR'))
  await phone.expect(204, 'PUT', `calendar/${uid}.ics`, text.replace('END:VCALENDAR', `${instance}END:VCALENDAR`))
  await both()
  const march = ['2026-03-01 12:00 Brunch', weekly[0], '2026-03-09 11:00 Weekly, later', weekly[3]]
  assert.deepEqual(await desk.list('2026-03'), march)
  assert.deepEqual(await laptop.list('2026-03'), march)

  await desk.khal(['edit', '--show-past', 'Weekly'], 'D\ny\nq\n')
  await both()
  assert.deepEqual(await laptop.list('2026-03'), ['2026-03-01 12:00 Brunch'])
  phone.close()
})

test('todoman on two machines: a task with a date it is due on, done; categories of another client', {
  skip: lacks('todoman', 'vdirsyncer'),
}, async () => {
  await using twin = await createTestTwin()
  const onServer = stored(twin.store, await twin.account(login.name, login.password), 'calendar')
  const phone = davClient(twin, { ...login, home: 'calendars' })
  await using folder = await temporaryFolder()
  const desk = await machine(twin, folder.path, 'desk')
  const laptop = await machine(twin, folder.path, 'laptop')

  const report = todo('report', 'DUE:20260402T100000Z', 'SUMMARY:Write the report', 'CATEGORIES:Work,Urgent')
  await phone.expect(201, 'PUT', 'tasks/report.ics', report)
  await desk.todoman(['new', '--list', 'tasks', '--due', '2026-04-01', '--priority', 'high', 'Pay', 'the', 'rent'])
  await desk.sync()
  await laptop.sync()
  assert.match(await laptop.todoman(['list']), /2026-04-01.*Pay the rent/)
  const urgent = await laptop.todoman(['list', '--category', 'Urgent'])
  assert.match(urgent, /Write the report/)
  assert.doesNotMatch(urgent, /rent/)

  const listed = JSON.parse(await laptop.todoman(['--porcelain', 'list'])) as { id: number; summary: string }[]
  const { id } = listed.find(({ summary }) => summary === 'Pay the rent') ?? { id: 0 }
  await laptop.todoman(['done', String(id)])
  await laptop.sync()
  const done = [...(await onServer.texts('tasks')).values()].find((text) => text.includes('Pay the rent')) ?? ''
  assert.match(done, /STATUS:COMPLETED\r?\n/)
  assert.match(done, /PERCENT-COMPLETE:100\r?\n/)
  await desk.sync()
  assert.doesNotMatch(await desk.todoman(['list']), /Pay the rent/)
  assert.match(await desk.todoman(['list', '--status', 'COMPLETED']), /Pay the rent/)
  phone.close()
})
