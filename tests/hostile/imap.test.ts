// HOSTILE 5, 2 and 23 on IMAP: garbage in every state, huge literals, deep nesting; the parser fuzzed with a kept corpus.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readFetchItems } from '../../src/protocols/imap/wire/fetch-items.ts'
import { Scanner, SyntaxProblem } from '../../src/protocols/imap/wire/scanner.ts'
import { readSearchKeys } from '../../src/protocols/imap/wire/search-keys.ts'
import { RawImap } from '../support/imap.ts'
import { createTestTwin } from '../support/twin.ts'

const password = 'secret-words'

describe('IMAP', () => {
  it('HOSTILE 5: garbage in every state is BAD, and the connection goes on', async () => {
    await using twin = await createTestTwin()
    await twin.account('ann', password)
    using client = await RawImap.open(twin)
    const garbage = [
      '\0\x01\xff',
      'a',
      'a ',
      'a  NOOP',
      '* OK',
      'a FETCH',
      'a UID',
      'a UID UID FETCH 1 FLAGS',
      'a LIST',
      'a LOGIN "x',
      'a STORE 1 FLAGS',
    ]
    const states = [
      async () => {},
      () => client.signIn('ann', password),
      async () => void (await client.command('SELECT INBOX')),
    ]
    for (const enter of states) {
      await enter()
      for (const line of garbage) {
        client.send(`${line}\r\n`)
        assert.match((await client.line()) ?? '(closed)', /^\S+ BAD /, JSON.stringify(line))
      }
    }
    assert.match((await client.command('NOOP')).at(-1) ?? '', /^a OK/)
  })

  it('HOSTILE 5: a literal of 4 GiB is refused before it is sent, and one that is sent all the same ends the connection', async () => {
    await using twin = await createTestTwin()
    await twin.account('ann', password)
    using client = await RawImap.open(twin)
    await client.signIn('ann', password)
    client.send('a APPEND INBOX {4294967296}\r\n')
    assert.match((await client.line()) ?? '', /^a NO \[TOOBIG\]/)
    client.send('b SELECT {4294967296}\r\n')
    assert.match((await client.line()) ?? '', /^b NO \[TOOBIG\]/)
    client.send('c APPEND INBOX {4294967296+}\r\n')
    assert.match((await client.line()) ?? '', /^c NO \[TOOBIG\]/)
    await client.closed()
  })

  it('HOSTILE 5: keys ten thousand deep, and a line without an end, are refused in bounded memory', async () => {
    await using twin = await createTestTwin()
    await twin.account('ann', password)
    using client = await RawImap.open(twin)
    await client.signIn('ann', password)
    await client.command('SELECT INBOX')
    assert.match((await client.command(`SEARCH ${'('.repeat(10_000)}`)).at(-1) ?? '', /^a BAD/)
    assert.match((await client.command(`SEARCH ${'NOT '.repeat(10_000)}ALL`)).at(-1) ?? '', /^a BAD/)
    for (let n = 0; n < 40; n++) client.send('x'.repeat(4096))
    await client.closed()
  })

  it('who only sends commands without sense is sent away', async () => {
    await using twin = await createTestTwin()
    using client = await RawImap.open(twin)
    for (let n = 0; n < 60; n++) client.send('a NONSENSE\r\n')
    await client.closed()
  })

  it('an APPEND that is cut off stores nothing', async () => {
    await using twin = await createTestTwin()
    const id = await twin.account('ann', password)
    const client = await RawImap.open(twin)
    await client.signIn('ann', password)
    client.send('a APPEND INBOX {100000+}\r\nSubject: cut')
    client[Symbol.dispose]()
    using other = await RawImap.open(twin)
    await other.signIn('ann', password)
    await other.command('NOOP')
    const inbox = await twin.store.read((view) => twin.store.mail.find(view, id, 'INBOX'))
    assert.equal(inbox?.total, 0)
  })

  it('no arguments whatever do more than be refused', () => {
    const word = fc.constantFrom(
      ...[
        'BODY[',
        'BODY.PEEK[1.2.MIME]',
        '<0.1>',
        'HEADER.FIELDS',
        '(',
        ')',
        ' ',
        '"a"',
        '"',
        '\\',
        'NOT',
        'OR',
        'UID',
        '1:*',
        '*',
        ',',
        '$',
      ],
      ...['FLAGS', 'ALL', 'SINCE 1-Jan-2026', 'HEADER x y', 'MODSEQ', 'LARGER 1', '{3}', '\u00ff', '\0', 'KEYWORD x'],
    )
    const kept = [
      'BODY[]<1.',
      'BODY[1.',
      'BODY[HEADER.FIELDS ()]',
      'OR',
      'MODSEQ "/flags/\\\\draft" all 7',
      '(((',
      '$ $',
      'UID *:*',
    ]
    const pieces = fc.array(word, { maxLength: 12 }).map((words) => words.join(''))
    const check = (text: string): void => {
      for (const read of [readFetchItems, (scanner: Scanner) => readSearchKeys(scanner, (octets) => octets)]) {
        try {
          read(new Scanner([text, { bytes: Buffer.from('abc') }, '']))
        } catch (error) {
          assert.ok(error instanceof SyntaxProblem, String(error))
        }
      }
    }
    kept.forEach(check)
    fc.assert(fc.property(fc.oneof(pieces, fc.string()), check), {
      numRuns: Number(process.env.TWIN_TEST_FUZZ ?? 2_000),
    })
  })
})
