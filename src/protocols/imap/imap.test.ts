import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { RawImap } from '../../../tests/support/imap.ts'
import { createTestTwin, type TestTwin } from '../../../tests/support/twin.ts'

const message =
  'From: Bob <bob@example.org>\r\nTo: ann@localhost\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nText\r\n'

describe('IMAP', () => {
  let twin: TestTwin
  before(async () => {
    twin = await createTestTwin()
    await twin.account('ann', 'secret-words')
  })
  after(() => twin[Symbol.asyncDispose]())

  const signedIn = async (): Promise<RawImap> => {
    const client = await RawImap.open(twin)
    await client.signIn('ann', 'secret-words')
    return client
  }

  const append = async (client: RawImap, mailbox: string, text = message, flags = ''): Promise<string> =>
    (await client.command(`APPEND ${mailbox} ${flags}{${text.length}+}\r\n${text}`)).at(-1) ?? ''

  it('RFC 9051 §6.2.3: a password is not taken where others may listen', async () => {
    using client = await RawImap.open(twin, { tls: false })
    const [capability] = await client.command('CAPABILITY')
    assert.match(capability ?? '', / STARTTLS LOGINDISABLED/)
    assert.match((await client.command('LOGIN ann secret-words')).at(-1) ?? '', /^a NO \[PRIVACYREQUIRED\]/)
  })

  it('RFC 9051 §11.1: what was sent in the clear behind STARTTLS is not taken for what is sent over TLS', async () => {
    using client = await RawImap.open(twin, { tls: false })
    client.send('a STARTTLS\r\nb NOOP\r\nc LOGIN ann secret-words\r\n')
    assert.deepEqual(await client.upTo('a'), ['a OK Begin TLS'])
    await client.startTls()
    const lines = [await client.line(), ...(await client.command('NOOP', 'd'))]
    assert.equal(
      lines.some((line) => /^[bc] /.test(line ?? '')),
      false,
    )
    assert.match((await client.command('SELECT INBOX', 'e')).at(-1) ?? '', /^e BAD Sign in first/)
  })

  it('RFC 9051 §6.2.2: AUTHENTICATE PLAIN, with an initial response and without', async () => {
    const secret = Buffer.from('\0ann\0secret-words').toString('base64')
    using one = await RawImap.open(twin)
    assert.match((await one.command(`AUTHENTICATE PLAIN ${secret}`)).at(-1) ?? '', /^a OK \[CAPABILITY /)
    using two = await RawImap.open(twin)
    two.send('a AUTHENTICATE PLAIN\r\n')
    assert.equal(await two.line(), '+ ')
    two.send(`${secret}\r\n`)
    assert.match((await two.upTo('a')).at(-1) ?? '', /^a OK /)
    using three = await RawImap.open(twin)
    assert.match((await three.command('LOGIN ann wrong-words')).at(-1) ?? '', /^a NO \[AUTHENTICATIONFAILED\]/)
  })

  it('RFC 3501 §5.1.3 and RFC 9051 §5.1: names are modified UTF-7, and UTF-8 when that is enabled', async () => {
    using client = await signedIn()
    await client.command('CREATE "Entw&APw-rfe"')
    assert.ok((await client.command('LIST "" Ent*')).some((line) => line.endsWith(' "/" "Entw&APw-rfe"')))
    await client.command('ENABLE IMAP4rev2')
    const name = Buffer.from('"Entwürfe"').toString('latin1')
    assert.ok((await client.command('LIST "" Ent*')).some((line) => line.endsWith(` "/" ${name}`)))
    assert.match((await client.command(`STATUS ${name} (MESSAGES)`)).at(-1) ?? '', /^a OK/)
  })

  it('RFC 9051 §6.3.9: % stays within a level, * does not', async () => {
    using client = await signedIn()
    await client.command('CREATE one/two/three')
    await client.command('CREATE one/two')
    const names = async (pattern: string): Promise<string[]> =>
      (await client.command(`LIST "" ${pattern}`)).flatMap((line) => /^\* LIST .* "\/" "(.*)"$/.exec(line)?.[1] ?? [])
    assert.deepEqual(await names('one/%'), ['one/two'])
    assert.deepEqual(await names('one*'), ['one/two', 'one/two/three'])
    assert.deepEqual(await names('%/%/three'), ['one/two/three'])
    assert.deepEqual(await names('inbox'), ['INBOX'])
    assert.deepEqual(await names('*%*%*%*%*%*%*%*x'), [])
  })

  it('RFC 9051 §6.4.5: sections and parts of them', async () => {
    using client = await signedIn()
    await client.command('CREATE parts')
    const text = [
      'Subject: outer',
      'X-Folded: one',
      ' two',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      'first',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'Subject: inner',
      '',
      'second',
      '--b--',
      '',
    ].join('\r\n')
    await append(client, 'parts', text)
    await client.command('SELECT parts')
    const fetch = async (section: string): Promise<string> => {
      const lines = await client.command(`FETCH 1 BODY.PEEK${section}`)
      return lines
        .slice(0, -1)
        .join('\r\n')
        .replace(/^\* 1 FETCH \(/, '')
        .replace(/\)$/, '')
    }
    assert.equal(await fetch('[]'), `BODY[] {${text.length}}\r\n${text}`)
    assert.equal(await fetch('[1]'), 'BODY[1] {5}\r\nfirst')
    assert.equal(await fetch('[1]<1.3>'), 'BODY[1]<1> {3}\r\nirs')
    assert.equal(await fetch('[1]<9.3>'), 'BODY[1]<9> {0}\r\n')
    assert.equal(await fetch('[2.MIME]'), 'BODY[2.MIME] {32}\r\nContent-Type: message/rfc822\r\n\r\n')
    assert.equal(await fetch('[2.HEADER]'), 'BODY[2.HEADER] {18}\r\nSubject: inner\r\n\r\n')
    assert.equal(await fetch('[2.TEXT]'), 'BODY[2.TEXT] {6}\r\nsecond')
    assert.equal(await fetch('[2.1]'), 'BODY[2.1] {6}\r\nsecond')
    assert.equal(await fetch('[3]'), 'BODY[3] NIL')
    const fields = await fetch('[HEADER.FIELDS (x-folded)]')
    assert.equal(fields, 'BODY[HEADER.FIELDS (X-FOLDED)] {23}\r\nX-Folded: one\r\n two\r\n\r\n')
    assert.match(await fetch('[HEADER.FIELDS.NOT (x-folded)]'), /Subject: outer\r\nContent-Type/)
  })

  it('RFC 7162: a client that comes back is told what changed and what vanished, and a conditional STORE fails', async () => {
    using client = await signedIn()
    await client.command('CREATE resync')
    for (let n = 0; n < 4; n++) await append(client, 'resync')
    await client.command('ENABLE QRESYNC')
    const opened = await client.command('SELECT resync')
    const validity = /UIDVALIDITY (\d+)/.exec(opened.join())?.[1]
    const position = Number(/HIGHESTMODSEQ (\d+)/.exec(opened.join())?.[1])
    await client.command('UNSELECT')
    using other = await signedIn()
    await other.command('SELECT resync')
    await other.command('STORE 2 +FLAGS (\\Deleted)')
    await other.command('EXPUNGE')
    await other.command('UID STORE 4 +FLAGS (\\Seen)')
    const back = await client.command(`SELECT resync (QRESYNC (${validity} ${position}))`)
    assert.ok(back.includes('* VANISHED (EARLIER) 2'), back.join('\n'))
    assert.ok(back.some((line) => /^\* 3 FETCH \(UID 4 FLAGS \(\\Seen\) MODSEQ \(\d+\)\)$/.test(line)))
    const failed = await client.command(`UID STORE 4 (UNCHANGEDSINCE ${position}) +FLAGS (\\Flagged)`)
    assert.match(failed.at(-1) ?? '', /^a OK \[MODIFIED 4\]/)
    const changed = await client.command(`UID FETCH 1:* (FLAGS) (CHANGEDSINCE ${position} VANISHED)`)
    assert.deepEqual(changed.slice(0, 1), ['* VANISHED (EARLIER) 2'])
    assert.equal(changed.filter((line) => line.includes('FETCH')).length, 1)
  })

  it('RFC 9051 §6.4.4: searches in any case and charset, with return options, and with a result that is kept', async () => {
    using client = await signedIn()
    await client.command('CREATE searched')
    await append(client, 'searched')
    await append(client, 'searched', message.replace('Text', 'Other').replace(/Subject: .*\r\n/, 'Subject: plain\r\n'))
    await client.command('SELECT searched')
    const word = Buffer.from('GRÜ').toString('latin1')
    assert.deepEqual((await client.command(`SEARCH CHARSET UTF-8 SUBJECT {${word.length}+}\r\n${word}`)).slice(0, 1), [
      '* SEARCH 1',
    ])
    assert.deepEqual((await client.command('SEARCH BODY other NOT FROM ann')).slice(0, 1), ['* SEARCH 2'])
    assert.deepEqual((await client.command('SEARCH RETURN (MIN MAX COUNT) ALL', 't')).slice(0, 1), [
      '* ESEARCH (TAG "t") MIN 1 MAX 2 COUNT 2',
    ])
    await client.command('UID SEARCH RETURN (SAVE) SUBJECT plain')
    assert.deepEqual((await client.command('SEARCH $')).slice(0, 1), ['* SEARCH 2'])
    assert.match((await client.command('SEARCH CHARSET KOI8-R ALL')).at(-1) ?? '', /^a NO \[BADCHARSET/)
  })

  it('RFC 9051 §7.5.1: message numbers hold while a client works with them', async () => {
    using client = await signedIn()
    await client.command('CREATE numbers')
    for (let n = 0; n < 3; n++) await append(client, 'numbers')
    await client.command('SELECT numbers')
    using other = await signedIn()
    await other.command('SELECT numbers')
    await other.command('STORE 1 +FLAGS.SILENT (\\Deleted)')
    await other.command('EXPUNGE')
    const fetched = await client.command('FETCH 1:3 (UID)')
    assert.equal(
      fetched.some((line) => line.includes('EXPUNGE')),
      false,
    )
    assert.ok(fetched.includes('* 2 FETCH (UID 2)'))
    assert.ok((await client.command('NOOP')).includes('* 1 EXPUNGE'))
    assert.ok((await client.command('FETCH 1 (UID)')).includes('* 1 FETCH (UID 2)'))
  })

  it('RFC 3502: of several messages at once all are kept, or none', async () => {
    using client = await signedIn()
    await client.command('CREATE several')
    const literal = `{${message.length}+}\r\n${message}`
    const answer = (
      await client.command(`APPEND several (\\Seen) ${literal} " 2-Jan-2026 03:04:05 +0100" ${literal}`)
    ).at(-1)
    assert.match(answer ?? '', /^a OK \[APPENDUID \d+ 1:2\]/)
    await client.command('SELECT several')
    assert.ok(
      (await client.command('FETCH 2 (INTERNALDATE)')).includes(
        '* 2 FETCH (INTERNALDATE " 2-Jan-2026 02:04:05 +0000")',
      ),
    )
    assert.match((await client.command(`APPEND several ${literal} nonsense`)).at(-1) ?? '', /^a BAD/)
    assert.ok((await client.command('STATUS several (MESSAGES)')).includes('* STATUS "several" (MESSAGES 2)'))
    assert.match(await append(client, 'nowhere'), /^a NO \[TRYCREATE\]/)
  })

  it('a mailbox that is deleted while it is open leaves a client with a clear answer', async () => {
    using client = await signedIn()
    await client.command('CREATE doomed')
    await append(client, 'doomed')
    await client.command('SELECT doomed')
    using other = await signedIn()
    await other.command('DELETE doomed')
    assert.match((await client.command('NOOP')).at(-1) ?? '', /^a NO \[NONEXISTENT\]/)
    assert.match((await client.command('SELECT INBOX')).at(-1) ?? '', /^a OK/)
  })
})
