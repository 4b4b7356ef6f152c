import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, suite, test } from 'node:test'
import { checks } from './check.ts'
import { filesBelow, root } from './project.ts'

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A small project with these files, beside the settings of this one. */
function project(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'twin-check-'))
  folders.push(folder)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const settings = ['tsconfig.json', 'biome.json', '.gitignore'].map((name) => [
    name,
    readFileSync(join(root, name), 'utf8'),
  ])
  const all = { ...Object.fromEntries(settings), 'package.json': manifest({}), ...files }
  for (const [name, content] of Object.entries<string>(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

const manifest = (content: object): string => `${JSON.stringify({ type: 'module', ...content }, null, 2)}\n`

async function run(name: string, files: Record<string, string>): Promise<string> {
  const check = checks[name]
  assert.ok(check)
  return check(project(files))
}

const model = readFileSync(join(root, 'prisma/schema.prisma'), 'utf8')
const firstMigration = 'prisma/migrations/sqlite/0001_foundation/migration.sql'
const migrations = (): Record<string, string> =>
  Object.fromEntries(filesBelow(root, 'prisma').map((name) => [name, readFileSync(join(root, name), 'utf8')]))

suite('each check passes what is right and fails what is wrong', { concurrency: 2 }, () => {
  test('types', async () => {
    const name = 'types of the server'
    assert.equal(await run(name, { 'src/a.ts': 'export const one: number = 1\n' }), '')
    assert.match(
      await run(name, { 'src/a.ts': "export const one: number = '1'\n" }),
      /src\/a\.ts\(1,14\): error TS2322/,
    )
    assert.match(await run(name, { 'src/a.ts': 'export enum A {}\n' }), /erasableSyntaxOnly/)
  })

  test('format and lint', async () => {
    const name = 'format and lint'
    assert.equal(await run(name, { 'src/a.ts': "export const one = '1'\n" }), '')
    assert.match(await run(name, { 'src/a.ts': 'export const one = "1";\n' }), /npm run format/)
    assert.match(await run(name, { 'src/a.ts': 'export const one = (a: any) => a\n' }), /noExplicitAny/)
  })

  const wall = (title: string, rule: string, files: Record<string, string>) =>
    test(title, async () => {
      const found = await run('import walls', { 'src/errors.ts': 'export const e = 1\n', ...files })
      if (rule === '') assert.equal(found, '')
      else assert.match(found, new RegExp(`error ${rule}: `))
    })

  wall('a protocol may import http/, the store and the errors', '', {
    'src/protocols/dav/a.ts':
      "import { b } from '../http/b.ts'\nimport { c } from '../../store/c.ts'\nimport { e } from '../../errors.ts'\nexport const a = b + c + e\n",
    'src/protocols/http/b.ts': 'export const b = 1\n',
    'src/store/c.ts': 'export const c = 1\n',
  })
  wall('a protocol imports no other protocol, not even its types', 'protocols-do-not-meet', {
    'src/protocols/imap/a.ts': "import type { B } from '../dav/b.ts'\nexport type A = B\n",
    'src/protocols/dav/b.ts': 'export type B = 1\n',
  })
  wall('the store imports no protocol', 'store-is-the-first-floor', {
    'src/store/a.ts': "import { b } from '../protocols/dav/b.ts'\nexport const a = b\n",
    'src/protocols/dav/b.ts': 'export const b = 1\n',
  })
  wall('only the store imports Kysely', 'only-the-store-sees-sql', {
    'src/protocols/dav/a.ts': "import { sql } from 'kysely'\nexport const a = sql\n",
    'package.json': manifest({ dependencies: { kysely: '*' } }),
  })
  wall('only the store imports node:sqlite', 'only-the-store-sees-sql', {
    'src/protocols/dav/a.ts': "import { DatabaseSync } from 'node:sqlite'\nexport const a = DatabaseSync\n",
  })
  wall('a wire opens no socket', 'pure-code-opens-nothing', {
    'src/protocols/dav/wire/a.ts': "import { connect } from 'node:net'\nexport const a = connect\n",
  })
  wall('the page imports nothing of the server', 'the-page-stands-alone', {
    'src/web/a.ts': "import { e } from '../errors.ts'\nexport const a = e\n",
  })
  wall('no floor imports the composition root', 'twin-is-the-one-composition-root', {
    'src/protocols/dav/a.ts': "import { b } from '../../twin.ts'\nexport const a = b\n",
    'src/twin.ts': 'export const b = 1\n',
  })
  wall('what npm start runs imports no development package', 'no-development-packages-at-run-time', {
    'src/a.ts': "import ts from 'typescript'\nexport const a = ts\n",
    'package.json': manifest({ devDependencies: { typescript: '*' } }),
  })
  wall('an import that leads nowhere', 'imports-resolve', {
    'src/a.ts': "import { b } from './b.ts'\nexport const a = b\n",
  })
  wall('files that import each other', 'no-circles', {
    'src/a.ts': "import { b } from './b.ts'\nexport const a = () => b\n",
    'src/b.ts': "import { a } from './a.ts'\nexport const b = () => a\n",
  })

  test('migrations', async () => {
    const name = 'migrations against prisma/schema.prisma'
    assert.equal(await run(name, migrations()), '')
    const changed = { ...migrations(), 'prisma/schema.prisma': model.replace('isAdmin ', 'isOwner ') }
    assert.match(await run(name, changed), /the model changed since the last migration of sqlite/)
    const edited = (sql: string) => ({ ...migrations(), [firstMigration]: migrations()[firstMigration] + sql })
    assert.match(await run(name, edited('CREATE TABLE more (id INTEGER);')), /the SQLite migrations do not add up to/)
    assert.match(await run(name, edited('CREATE TABEL more (id INTEGER);')), /the SQLite migrations fail: .*TABEL/)
  })

  test('types of the schema', async () => {
    const name = 'src/store/schema.ts against prisma/schema.prisma'
    const types = readFileSync(join(root, 'src/store/schema.ts'), 'utf8')
    assert.equal(await run(name, { 'prisma/schema.prisma': model, 'src/store/schema.ts': types }), '')
    const edited = types.replace('displayName: string', 'displayName: number')
    assert.notEqual(await run(name, { 'prisma/schema.prisma': model, 'src/store/schema.ts': edited }), '')
  })

  test('docs/dependencies.md', async () => {
    const name = 'docs/dependencies.md against package.json'
    const packages = manifest({ dependencies: { pg: '1' }, devDependencies: { '@types/pg': '1' } })
    const line = (pack: string) => `| \`${pack}\` | MIT | why |\n`
    const right = line('pg') + line('@types/*')
    assert.equal(await run(name, { 'package.json': packages, 'docs/dependencies.md': right }), '')
    assert.match(
      await run(name, { 'package.json': packages, 'docs/dependencies.md': line('pg') }),
      /@types\/\* is used/,
    )
    const more = { 'package.json': packages, 'docs/dependencies.md': right + line('left-pad') }
    assert.match(await run(name, more), /left-pad is not used/)
  })

  test('docs/standards.md', async () => {
    const name = 'docs/standards.md against the anchors in the code'
    assert.match(await run(name, { 'src/a.ts': '// RFC 4918 §9.1: a rule\n' }), /npm run standards/)
  })
})
