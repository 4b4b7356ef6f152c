import assert from 'node:assert/strict'
import { test } from 'node:test'
import { strip, withoutStamps } from './strip.ts'

const lines = (...all: string[]): string => all.map((line) => `${line}\r\n`).join('')
const alarm = ['BEGIN:VALARM', 'ACTION:AUDIO', 'ATTACH;VALUE=URI:https://x/ding', 'TRIGGER:-PT5M', 'END:VALARM']
const attach = ['ATTACH:https://x/a', ' -long', 'ATTACH;FMTTYPE=text/plain:https://x/b']
const event = (...inside: string[]) => lines('BEGIN:VEVENT', 'UID:a', ...inside, 'SUMMARY:ATTACH:no', 'END:VEVENT')

test('alarms are left out, and nothing else', () => {
  assert.equal(strip(event(...alarm, ...attach, ...alarm), { alarms: true, attachments: false }), event(...attach))
})

test('attachments are left out with the lines that they are folded in', () => {
  assert.equal(strip(event(...attach), { alarms: false, attachments: true }), event())
})

test('an alarm that is not closed stays, for who reads the object', () => {
  const open = event('BEGIN:VALARM', 'ACTION:DISPLAY')
  assert.equal(strip(open, { alarms: true, attachments: true }), open)
})

test('two objects that differ by DTSTAMP alone are the same without it', () => {
  assert.equal(
    withoutStamps(event('DTSTAMP:20260101T000000Z')),
    withoutStamps(event('DTSTAMP;X=1:2026', ' 0102T000000Z')),
  )
  assert.notEqual(withoutStamps(event('DTSTART:20260101T000000Z')), withoutStamps(event('DTSTART:20260102T000000Z')))
})
