import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeText } from '../content-line.ts'
import { parseCard, type Version, writeCard } from './card.ts'
import { convertCard } from './convert.ts'

const card = (version: Version, lines: readonly string[]): string =>
  `BEGIN:VCARD\r\nVERSION:${version}\r\n${lines.join('\r\n')}\r\nEND:VCARD\r\n`

const converted = (from: Version, to: Version, lines: readonly string[]): string[] =>
  writeCard(convertCard(parseCard(card(from, lines)), to))
    .replaceAll('\r\n ', '')
    .trimEnd()
    .split('\r\n')
    .slice(2, -1)

const name = ['FN:Ann', 'N:Ann;;;;']

/** In version 3 and in version 4, each the conversion of the other. */
const pairs: readonly (readonly [what: string, three: readonly string[], four: readonly string[]])[] = [
  ['a photo in the card', ['PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ'], ['PHOTO:data:image/jpeg;base64,/9j/4AAQ']],
  [
    'a photo elsewhere',
    ['PHOTO;TYPE=PNG;VALUE=uri:https://example.com/a.png'],
    ['PHOTO;MEDIATYPE=image/png:https://example.com/a.png'],
  ],
  ['a photo of an unknown kind', ['PHOTO;ENCODING=b:AAAA'], ['PHOTO:data:application/octet-stream;base64,AAAA']],
  ['a key', ['KEY;ENCODING=b;TYPE=PGP:AAAA'], ['KEY:data:application/pgp-keys;base64,AAAA']],
  ['a sound', ['SOUND;ENCODING=b;TYPE=OGG:AAAA'], ['SOUND:data:audio/ogg;base64,AAAA']],
  [
    'what is preferred',
    ['TEL;TYPE=cell;TYPE=pref:+1 2', 'TEL;TYPE=home:+3'],
    ['TEL;TYPE=cell;PREF=1:+1 2', 'TEL;TYPE=home:+3'],
  ],
  [
    'a group',
    ['X-ADDRESSBOOKSERVER-KIND:group', 'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1'],
    ['KIND:group', 'MEMBER:urn:uuid:1'],
  ],
  ['a birthday', ['BDAY:1996-04-15'], ['BDAY:19960415']],
  ['a birthday with its time', ['BDAY:1953-10-15T23:10:00-06:00'], ['BDAY:19531015T231000-0600']],
  ['a birthday without a year', ['BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-15'], ['BDAY:--0415']],
  ['a birthday in words', ['BDAY;VALUE=text:circa 1800'], ['BDAY;VALUE=text:circa 1800']],
  ['an anniversary', ['X-ANNIVERSARY:2009-08-08'], ['ANNIVERSARY:20090808']],
  ['when it was changed', ['REV:1995-10-31T22:27:10Z'], ['REV:19951031T222710Z']],
  ['where it is', ['GEO:37.386013;-122.082932'], ['GEO:geo:37.386013,-122.082932']],
  ['a time zone by its offset', ['TZ:-05:00'], ['TZ;VALUE=utc-offset:-0500']],
  ['a time zone by its name', ['TZ;VALUE=text:Europe/Berlin'], ['TZ:Europe/Berlin']],
  ['an identity in words', ['UID:ann-1'], ['UID;VALUE=text:ann-1']],
  [
    'an identity',
    ['UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1'],
    ['UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1'],
  ],
  ['an agent elsewhere', ['AGENT;VALUE=uri:mailto:bob@example.com'], ['RELATED;TYPE=agent:mailto:bob@example.com']],
  [
    'an address and its label',
    ['ADR;TYPE=home:;;1 Road;Town;;;', 'LABEL;TYPE=home:1 Road\\nTown\\, Land'],
    ['ADR;TYPE=home;LABEL="1 Road^nTown, Land":;;1 Road;Town;;;'],
  ],
  ['a label alone', ['LABEL;TYPE=work:Town'], ['ADR;TYPE=work;LABEL=Town:;;;;;;']],
  ['a gender', ['X-GENDER:F'], ['GENDER:F']],
  [
    'a name between',
    ['item1.X-ABLABEL:_$!<HomePage>!$_', 'item1.URL:https://example.com'],
    ['item1.X-ABLABEL:_$!<HomePage>!$_', 'item1.URL:https://example.com'],
  ],
  ['what neither knows', ['X-SPOUSE:Bob'], ['X-SPOUSE:Bob']],
]
for (const [what, three, four] of pairs) {
  test(`${what}, from version 3 to version 4`, () => {
    assert.deepEqual(converted('3.0', '4.0', [...name, ...three]), [...name, ...four])
  })
  test(`${what}, from version 4 to version 3`, () => {
    assert.deepEqual(converted('4.0', '3.0', [...name, ...four]), [...name, ...three])
  })
}

/** What two ways of saying come to one. */
const oneWay: readonly (readonly [what: string, from: Version, before: readonly string[], after: readonly string[]])[] =
  [
    [
      'SORT-STRING is how N is sorted',
      '3.0',
      ['FN:Rene van der Harten', 'N:van der Harten;Rene;;;', 'SORT-STRING:Harten'],
      ['FN:Rene van der Harten', 'N;SORT-AS=Harten:van der Harten;Rene;;;'],
    ],
    [
      'SORT-AS of N is SORT-STRING',
      '4.0',
      ['FN:A', 'N;SORT-AS="Harten,Rene":van der Harten;Rene;;;'],
      ['FN:A', 'N:van der Harten;Rene;;;', 'SORT-STRING:Harten\\,Rene'],
    ],
    [
      'a mail address is INTERNET unless it says otherwise',
      '3.0',
      [...name, 'EMAIL;type=INTERNET;type=HOME;type=pref:a@b'],
      [...name, 'EMAIL;TYPE=HOME;PREF=1:a@b'],
    ],
    ['a character set is UTF-8', '3.0', [...name, 'NOTE;CHARSET=UTF-8:grüß'], [...name, 'NOTE:grüß']],
    [
      'quoted-printable is undone',
      '3.0',
      [...name, 'NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:gr=C3=BC=C3=9F=0D=0Adich'],
      [...name, 'NOTE:grüß\\ndich'],
    ],
    [
      'base64 as version 2.1 said it',
      '3.0',
      [...name, 'PHOTO;BASE64;JPEG:/9j/'],
      [...name, 'PHOTO:data:image/jpeg;base64,/9j/'],
    ],
    ['a date of change gets a time', '3.0', [...name, 'REV:2020-01-02'], [...name, 'REV:20200102T000000Z']],
    ['PROFILE says nothing', '3.0', ['PROFILE:VCARD', ...name], name],
    [
      'a URL escaped as if it were text',
      '3.0',
      [...name, 'URL:https\\://example.com/a\\,b'],
      [...name, 'URL:https://example.com/a,b'],
    ],
    ['both names of a kind', '3.0', [...name, 'KIND:group', 'X-ADDRESSBOOKSERVER-KIND:group'], [...name, 'KIND:group']],
    ['a name for who has none', '4.0', ['FN:The Club; Berlin'], ['FN:The Club; Berlin', 'N:The Club\\; Berlin;;;;']],
    [
      'the most preferred is the preferred one',
      '4.0',
      [...name, 'TEL;PREF=20:1', 'TEL;PREF=3:2', 'TEL:3'],
      [...name, 'TEL:1', 'TEL;TYPE=pref:2', 'TEL:3'],
    ],
    [
      'a telephone number is no URI',
      '4.0',
      [...name, 'TEL;VALUE=uri;TYPE="voice,home":tel:+1-555'],
      [...name, 'TEL;TYPE="voice,home":+1-555'],
    ],
    [
      'one of two alternatives',
      '4.0',
      [...name, 'TITLE;ALTID=1;LANGUAGE=fr:Patron', 'TITLE;ALTID=1;LANGUAGE=en:Boss'],
      [...name, 'TITLE;LANGUAGE=fr:Patron'],
    ],
    [
      'identities of properties',
      '4.0',
      [...name, 'CLIENTPIDMAP:1;urn:uuid:1', 'EMAIL;PID=1.1:a@b'],
      [...name, 'EMAIL:a@b'],
    ],
    [
      'a data: URI in percents',
      '4.0',
      [...name, 'PHOTO:data:image/gif,%47IF'],
      [...name, 'PHOTO;ENCODING=b;TYPE=GIF:R0lG'],
    ],
  ]
for (const [what, from, before, after] of oneWay)
  test(what, () => {
    assert.deepEqual(converted(from, from === '3.0' ? '4.0' : '3.0', before), after)
  })

test('a card in the version that is asked for is the very same', () => {
  const same = parseCard(card('3.0', name))
  assert.equal(convertCard(same, '3.0'), same)
})

const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map((value) => escapeText(value.replace(/\p{Cc}/gu, '')))
const types = fc.uniqueArray(fc.constantFrom('home', 'work', 'cell', 'voice', 'fax'), { maxLength: 3 })
const two = (number: number): string => String(number).padStart(2, '0')
const date = fc
  .tuple(fc.integer({ min: 1000, max: 9999 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([year, month, day]) => `${year}-${two(month)}-${two(day)}`)
const typed = (property: string, value: fc.Arbitrary<string>) =>
  fc.tuple(types, fc.boolean(), value).map(([said, preferred, text]) => ({ property, said, preferred, text }))

/** What both versions know, at most one preferred of a name, written as the conversion writes it. */
const known = fc
  .record({
    full: text,
    last: text,
    typed: fc.array(
      fc.oneof(
        typed('TEL', text),
        typed('EMAIL', text),
        typed(
          'ADR',
          text.map((street) => `;;${street};;;;`),
        ),
      ),
    ),
    notes: fc.array(text, { maxLength: 2 }),
    birthday: fc.option(date),
    photo: fc.option(fc.base64String({ minLength: 4 })),
    group: fc.boolean(),
  })
  .map(({ full, last, typed, notes, birthday, photo, group }) => {
    const preferred = new Set<string>()
    return [
      `FN:${full}`,
      `N:${last};;;;`,
      ...typed.map(({ property, said, preferred: wished, text }) => {
        const first = wished && !preferred.has(property) && preferred.add(property) !== undefined
        return `${property}${[...said, ...(first ? ['pref'] : [])].map((type) => `;TYPE=${type}`).join('')}:${text}`
      }),
      ...notes.map((note) => `NOTE:${note}`),
      ...(birthday === null ? [] : [`BDAY:${birthday}`]),
      ...(photo === null ? [] : [`PHOTO;ENCODING=b;TYPE=JPEG:${photo}`]),
      ...(group ? ['X-ADDRESSBOOKSERVER-KIND:group', 'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1'] : []),
    ]
  })

test('what both versions know comes back from the other one', () => {
  const said = (lines: readonly string[]) =>
    parseCard(card('3.0', lines)).properties.map((line) => ({
      ...line,
      parameters: line.parameters.flatMap(({ name, values }) => values.map((value) => `${name}=${value}`)),
    }))
  fc.assert(
    fc.property(known, (lines) => {
      assert.deepEqual(said(converted('4.0', '3.0', converted('3.0', '4.0', lines))), said(lines))
    }),
  )
})
