import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRule } from './recurrence-rule.ts'

const refused = (rule: string, reason: RegExp): void =>
  assert.throws(() => parseRule(rule), { name: 'BadRequest', message: reason }, rule)

test('RFC 5545 §3.3.10: parts in any order and case, unknown extensions aside', () => {
  const rule = parseRule('byday=-1su,MO;freq=monthly;X-OWN=1;INTERVAL=2;WKST=SU;')
  assert.deepEqual([rule.freq, rule.interval, rule.wkst], ['MONTHLY', 2, 0])
  assert.deepEqual(rule.byDay, [
    { day: 0, nth: -1 },
    { day: 1, nth: 0 },
  ])
})

test('RFC 5545 §3.3.10: values outside of their bounds', () => {
  for (const part of [
    'BYSECOND=61',
    'BYMINUTE=60',
    'BYHOUR=24',
    'BYHOUR=-1',
    'BYMONTHDAY=0',
    'BYMONTHDAY=32',
    'BYYEARDAY=-367',
    'BYWEEKNO=54',
    'BYMONTH=13',
    'BYSETPOS=0;BYDAY=MO',
    'BYDAY=0MO',
    'BYDAY=54MO',
    'BYDAY=XX',
    'INTERVAL=0',
    'INTERVAL=-1',
    'COUNT=0',
    'COUNT=1.5',
    'WKST=DAY',
    'UNTIL=20230230',
    'BYMONTH=',
  ]) {
    assert.throws(() => parseRule(`FREQ=YEARLY;${part}`), { name: 'BadRequest' }, part)
  }
})

test('RFC 5545 §3.3.10: what must not occur together', () => {
  refused('FREQ=DAILY;COUNT=1;UNTIL=20240101', /COUNT and UNTIL/)
  refused('FREQ=DAILY;FREQ=DAILY', /FREQ=DAILY is not/)
  refused('FREQ=MONTHLY;BYWEEKNO=1', /BYWEEKNO/)
  refused('FREQ=WEEKLY;BYMONTHDAY=1', /BYMONTHDAY/)
  for (const freq of ['DAILY', 'WEEKLY', 'MONTHLY']) refused(`FREQ=${freq};BYYEARDAY=1`, /BYYEARDAY/)
  refused('FREQ=WEEKLY;BYDAY=1MO', /numbered BYDAY/)
  refused('FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO', /numbered BYDAY/)
  refused('FREQ=DAILY;BYSETPOS=1', /BYSETPOS/)
  refused('INTERVAL=2', /FREQ/)
  refused('FREQ=DAILY;BYEASTER=1', /no part BYEASTER/)
})

test('RFC 7529: the Gregorian calendar, days that do not exist left out', () => {
  assert.equal(parseRule('RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=OMIT').freq, 'YEARLY')
  refused('RSCALE=CHINESE;FREQ=YEARLY', /Gregorian/)
  refused('RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD', /omitted/)
})
