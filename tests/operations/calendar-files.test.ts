import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { calendarText, component } from '../support/calendars.ts'
import { prepareData, runCommand, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/store.ts'

const login = { name: 'ann', password: 'correct-horse' }
const day = (uid: string, ...more: string[]) => component('VEVENT', uid, 'DTSTART:20260301T120000Z', ...more)

test('twin import and twin export move calendars as files, through the running twin and without it', async () => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  const file = join(folder.path, 'calendar.ics')
  await prepareData(data, login)
  const events = Array.from({ length: 300 }, (_, index) => day(`e${index}`, `DESCRIPTION:${'x'.repeat(3000)}`)).flat()
  writeFileSync(file, calendarText(...events, ...component('VEVENT', 'bad', 'SUMMARY:No start')))
  const at = ['--account', 'ann', '--calendar', 'calendar']
  const first = await runCommand(data, ['import', ...at, file])
  assert.deepEqual([first.code, first.stdout], [1, 'imported 300, updated 0, skipped 0, refused 1\n'])
  assert.match(first.stderr, /^line \d+: bad, No start: A VEVENT has no DTSTART\n$/)

  await using twin = await startProgram(data)
  const again = await runCommand(data, ['import', ...at, '--existing', 'skip', '-'], {
    input: calendarText(...events, ...day('new')),
  })
  assert.deepEqual(again, { code: 0, stdout: 'imported 1, updated 0, skipped 300, refused 0\n', stderr: '' })
  const exported = await runCommand(data, ['export', ...at])
  assert.equal(exported.code, 0)
  assert.equal(exported.stdout.match(/^BEGIN:VEVENT\r$/gm)?.length, 301)
  assert.equal(exported.stdout.match(/^BEGIN:VCALENDAR\r$/gm)?.length, 1)
  const book = await runCommand(data, ['export', '--account', 'ann', '--address-book', 'contacts'])
  assert.deepEqual(book, { code: 0, stdout: '', stderr: '' })
  await twin.stop()
})

test('they say what is missing', async () => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  await prepareData(data, login)
  assert.equal((await runCommand(data, ['export', '--account', 'ann'])).code, 2)
  assert.equal((await runCommand(data, ['import', '--account', 'ann', '--calendar', 'calendar'])).code, 2)
  const nobody = await runCommand(data, ['export', '--account', 'eve', '--calendar', 'calendar'])
  assert.deepEqual([nobody.code, nobody.stderr], [1, 'twin: There is no account eve.\n'])
  const at = ['--account', 'ann', '--calendar', 'calendar']
  const nonsense = await runCommand(data, ['import', ...at, '-'], { input: 'hello\n' })
  assert.deepEqual([nonsense.code, nonsense.stderr], [1, 'twin: Line 1 is no iCalendar\n'])
})
