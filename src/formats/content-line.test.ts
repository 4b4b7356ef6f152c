import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  parameter,
  parameterValues,
  parseContentLine,
  splitValue,
  unescapeText,
  unfold,
  writeContentLine,
} from './content-line.ts'

test('RFC 5545 §3.1: folded lines are one, whatever ends them', () => {
  assert.deepEqual(unfold('\uFEFFA:1\r\n 2\r\nB:\n\t3\n\nC:4'), ['A:12', 'B:3', 'C:4'])
})

test('RFC 5545 §3.2: parameters with lists, quotes and what stands in them', () => {
  const line = parseContentLine('attendee;Role=CHAIR;member="mailto:a@home","mailto:b;c:d,e@home";X=:mailto:f@home')
  assert.equal(line.name, 'ATTENDEE')
  assert.deepEqual(parameterValues(line, 'MEMBER'), ['mailto:a@home', 'mailto:b;c:d,e@home'])
  assert.equal(parameter(line, 'ROLE'), 'CHAIR')
  assert.equal(parameter(line, 'X'), '')
  assert.equal(line.value, 'mailto:f@home')
  assert.equal(
    writeContentLine(line).replaceAll('\r\n ', ''),
    'ATTENDEE;ROLE=CHAIR;MEMBER="mailto:a@home","mailto:b;c:d,e@home";X=:mailto:f@home\r\n',
  )
})

test('RFC 6868: quotes, line breaks and carets in a parameter', () => {
  const line = parseContentLine("A;CN=George ^'Babe^' Ruth^nof ^^ ^x:v")
  assert.equal(parameter(line, 'CN'), 'George "Babe" Ruth\nof ^ ^x')
})

test('RFC 6350 §3.3: a group stands before the name', () => {
  const line = parseContentLine('item1.TEL;CELL:1')
  assert.deepEqual([line.group, line.name, parameter(line, 'TYPE')], ['item1', 'TEL', 'CELL'])
})

test('what has no name, no value or no end of its quote is refused', () => {
  for (const text of ['', ':', 'A', 'A;', 'A;=b:c', 'A;B="c:d', 'A B:c', '.A:b']) {
    assert.throws(() => parseContentLine(text), { name: 'BadRequest' }, JSON.stringify(text))
  }
})

test('a list is split where its separator is not escaped', () => {
  assert.deepEqual(splitValue('a\\,b,c\\\\,d', ',').map(unescapeText), ['a,b', 'c\\', 'd'])
})
