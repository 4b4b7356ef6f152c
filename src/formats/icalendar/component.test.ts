import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeText, splitValue, unescapeText } from '../content-line.ts'
import { type Component, parseCalendar, writeComponent } from './component.ts'

const name = fc.stringMatching(/^[A-Z][A-Z0-9-]{0,12}$/).filter((one) => one !== 'BEGIN' && one !== 'END')
/** RFC 5545 §3.1: VALUE-CHAR, which is all but control characters other than TAB. */
const value = fc.string({ unit: 'grapheme', maxLength: 120 }).map((text) => text.replace(/(?!\t)\p{Cc}/gu, ''))
/** RFC 6868 lets a parameter's value have quotes and line breaks too. */
const parameterValue = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .map((text) => text.replace(/(?![\t\n])\p{Cc}/gu, ''))

const plain = { noNullPrototype: true } as const
const values = fc.array(parameterValue, { minLength: 1, maxLength: 3 })
const parameters = fc.array(fc.record({ name, values }, plain), { maxLength: 3 })
const line = fc.record({ group: fc.constant(undefined), name, parameters, value }, plain)

const { component } = fc.letrec<{ component: Component }>((tie) => {
  const inner = fc.array(tie('component'), { maxLength: 3 })
  const components = fc.oneof({ maxDepth: 3 }, fc.constant<Component[]>([]), inner)
  return { component: fc.record({ name, properties: fc.array(line, { maxLength: 5 }), components }, plain) }
})

const calendar = component.map((one) => ({ ...one, name: 'VCALENDAR' }))

test('what is written is read as the same, and written again as the same bytes', () => {
  fc.assert(
    fc.property(calendar, (tree) => {
      const text = writeComponent(tree)
      const read = parseCalendar(text)
      assert.deepEqual(read, tree)
      assert.equal(writeComponent(read), text)
    }),
  )
})

test('RFC 5545 §3.1: no written line is longer than 75 octets, and none splits a character', () => {
  fc.assert(
    fc.property(calendar, (tree) => {
      const text = writeComponent(tree)
      for (const row of text.split('\r\n')) assert.ok(Buffer.byteLength(row) <= 75, row)
      assert.equal(Buffer.from(text).toString(), text)
    }),
  )
})

test('however a sender folds, with or without CR, the same is read', () => {
  fc.assert(
    fc.property(
      calendar,
      fc.integer({ min: 1, max: 70 }),
      fc.constantFrom('\r\n ', '\n ', '\r\n\t'),
      (tree, width, fold) => {
        const lines = writeComponent(tree).replaceAll('\r\n ', '').split('\r\n')
        const text = lines.map((row) =>
          [...row].reduce((out, character, at) => out + (at > 0 && at % width === 0 ? fold : '') + character, ''),
        )
        assert.deepEqual(parseCalendar(text.join('\r\n')), tree)
      },
    ),
  )
})

test('RFC 5545 §3.3.11: any text comes back from its escapes, alone and in a list', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (texts) => {
      const wanted = texts.map((text) => text.replace(/\r\n/g, '\n'))
      assert.deepEqual(splitValue(wanted.map(escapeText).join(','), ',').map(unescapeText), wanted)
    }),
  )
})

test('what is no iCalendar is refused, never misread', () => {
  for (const text of [
    '',
    'BEGIN:VCALENDAR',
    'END:VCALENDAR',
    'BEGIN:VCALENDAR\r\nEND:VEVENT',
    'BEGIN:VEVENT\r\nEND:VEVENT',
    'SUMMARY:a',
    'BEGIN:VCALENDAR\r\nno line\r\nEND:VCALENDAR',
    'BEGIN:VCALENDAR\r\nA;B="c:d\r\nEND:VCALENDAR',
    'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR',
  ]) {
    assert.throws(() => parseCalendar(text), { name: 'BadRequest' }, JSON.stringify(text))
  }
  assert.throws(() => parseCalendar('BEGIN:VCALENDAR\r\n'.repeat(10_000)), { name: 'TooLarge' })
})
