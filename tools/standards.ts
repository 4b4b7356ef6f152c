// npm run standards: writes docs/standards.md from the anchors in the code, such as `RFC 4918 §9.1` or `XEP-0198 §5`.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { filesBelow, root, runsAsProgram } from './project.ts'

export const standardsFile = join(root, 'docs/standards.md')

const titles: Record<string, string> = {
  'RFC 3253': 'Versioning Extensions to WebDAV (DeltaV)',
  'RFC 3454': 'Preparation of Internationalized Strings',
  'RFC 3744': 'WebDAV Access Control Protocol',
  'RFC 4007': 'IPv6 Scoped Address Architecture',
  'RFC 4013': 'SASLprep',
  'RFC 4291': 'IPv6 Addressing Architecture',
  'RFC 4331': 'Quota and Size Properties for DAV Collections',
  'RFC 4791': 'Calendaring Extensions to WebDAV (CalDAV)',
  'RFC 4918': 'WebDAV',
  'RFC 5280': 'Internet X.509 Public Key Infrastructure',
  'RFC 5397': 'WebDAV Current Principal',
  'RFC 5689': 'Extended MKCOL for WebDAV',
  'RFC 5789': 'PATCH Method for HTTP',
  'RFC 5802': 'Salted Challenge Response Authentication (SCRAM)',
  'RFC 5995': 'POST to Add Members to WebDAV Collections',
  'RFC 6066': 'TLS Extensions',
  'RFC 6125': 'Service Identity in TLS',
  'RFC 6266': 'Content-Disposition in HTTP',
  'RFC 6578': 'Collection Synchronization for WebDAV',
  'RFC 6585': 'Additional HTTP Status Codes',
  'RFC 6761': 'Special-Use Domain Names',
  'RFC 6762': 'Multicast DNS',
  'RFC 7240': 'Prefer Header for HTTP',
  'RFC 7301': 'Application-Layer Protocol Negotiation',
  'RFC 7617': 'Basic HTTP Authentication',
  'RFC 7677': 'SCRAM-SHA-256',
  'RFC 8144': 'Use of the Prefer Header Field in WebDAV',
  'RFC 8187': 'Character Encoding for HTTP Header Field Parameters',
  'RFC 8375': "Special-Use Domain 'home.arpa.'",
  'RFC 8446': 'TLS 1.3',
  'RFC 8555': 'Automatic Certificate Management Environment (ACME)',
  'RFC 8737': 'ACME TLS-ALPN Challenge',
  'RFC 9106': 'Argon2',
  'RFC 9110': 'HTTP Semantics',
  'RFC 9111': 'HTTP Caching',
  'RFC 9112': 'HTTP/1.1',
  'RFC 9325': 'Recommendations for Secure Use of TLS',
  'RFC 9457': 'Problem Details for HTTP APIs',
}

type Places = { decided: Set<string>; tested: Set<string> }
/** Document, then section ('' is the document as a whole), then the files that name it. */
type Anchors = Map<string, Map<string, Places>>

const anchor = /(RFC \d+|XEP-\d{4}|Matrix v[\d.]+(?: [A-Z]\w*)?)((?:(?:,| and)? ?§[\d.]*\d)*)/g

/** The table of all standards that the files of `folder` name. */
export async function generateStandards(folder: string = root): Promise<string> {
  const anchors: Anchors = new Map()
  for (const file of [...filesBelow(folder, 'src'), ...filesBelow(folder, 'tests')]) {
    if (/\.(ts|mjs|js)$/.test(file)) collect(anchors, file, await readFile(join(folder, file), 'utf8'))
  }
  const documents = [...anchors.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  return [introduction, ...documents.map((document) => chapter(document, anchors.get(document)!))].join('\n')
}

const introduction = `# Standards
Which section of which standard is decided where. Generated from the anchors in the code by \`npm run standards\`; do not edit.
`

function collect(anchors: Anchors, file: string, source: string): void {
  for (const [, document = '', sections = ''] of source.matchAll(anchor)) {
    const numbers = sections.match(/[\d.]*\d/g) ?? ['']
    for (const number of numbers) {
      const places = getOrAdd(
        getOrAdd(anchors, document, () => new Map<string, Places>()),
        number,
        () => ({ decided: new Set<string>(), tested: new Set<string>() }),
      )
      const isTest = file.startsWith('tests/') || file.includes('.test.')
      places[isTest ? 'tested' : 'decided'].add(file)
    }
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make()
  map.set(key, found)
  return found
}

function chapter(document: string, sections: Map<string, Places>): string {
  const title = titles[document]
  const rows = [...sections]
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([number, { decided, tested }]) => {
      return `| ${section(document, number)} | ${list(decided)} | ${list(tested)} |`
    })
  return [
    `## ${document}${title ? ` ${title}` : ''}`,
    '| section | decided in | tested in |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function section(document: string, number: string): string {
  const rfc = /^RFC (\d+)$/.exec(document)?.[1]
  const name = number === '' ? 'all' : `§${number}`
  if (rfc === undefined) return name
  return `[${name}](https://www.rfc-editor.org/rfc/rfc${rfc}${number === '' ? '' : `#section-${number}`})`
}

const list = (files: Set<string>): string =>
  [...files]
    .sort()
    .map((file) => `\`${file}\``)
    .join(', ')

if (runsAsProgram(import.meta.url)) await writeFile(standardsFile, await generateStandards())
