// npm run check: everything that can be said about the tree without running it, one line a check; exit code 1
// when one fails. Each takes the folder it looks at, so that its test can show it a tree that is wrong.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { root, runsAsProgram } from './project.ts'
import { databases, difference, generateTypes, migrationNames, readMigratedModel } from './schema.ts'
import { generateStandards } from './standards.ts'

/** Answers what is wrong and how to mend it; empty when nothing is. */
export type Check = (folder: string) => Promise<string>

export const checks: Record<string, Check> = {
  'types of the server': (folder) => tool('typescript/bin/tsc', ['--project', folder], folder),
  'types of the page': (folder) => tool('typescript/bin/tsc', ['--project', join(folder, 'src/web')], folder),
  'format and lint': checkFormat,
  'import walls': checkWalls,
  'migrations against prisma/schema.prisma': checkMigrations,
  'src/store/schema.ts against prisma/schema.prisma': checkSchemaTypes,
  'docs/standards.md against the anchors in the code': checkStandards,
  'docs/dependencies.md against package.json': checkDependencies,
}

async function checkFormat(folder: string): Promise<string> {
  const found = await tool('@biomejs/biome/bin/biome', ['check', '--colors=off', '--error-on-warnings', '.'], folder)
  return found && `${found}\nnpm run format mends most of it`
}

function checkWalls(folder: string): Promise<string> {
  const folders = ['src', 'tests', 'tools', 'bench', 'bin'].filter((name) => existsSync(join(folder, name)))
  const options = ['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'err-long', '--no-progress']
  return tool('dependency-cruiser/bin/dependency-cruiser.mjs', [...folders, ...options], folder)
}

async function checkMigrations(folder: string): Promise<string> {
  const model = await readFile(join(folder, 'prisma/schema.prisma'), 'utf8')
  const migrations = join(folder, 'prisma/migrations')
  const mend = 'run npm run migration NAME'
  for (const database of databases) {
    const missing = await difference(database, readMigratedModel(migrations), model)
    if (missing !== '') return `the model changed since the last migration of ${database}: ${mend}\n${missing}`
  }
  const wanted = describe([await difference('sqlite', undefined, model)])
  const scripts = migrationNames('sqlite', migrations).map((name) => join(migrations, 'sqlite', name, 'migration.sql'))
  const sources = await Promise.all(scripts.map((file) => readFile(file, 'utf8')))
  let present: string
  try {
    present = describe(sources)
  } catch (error) {
    return `the SQLite migrations fail: ${(error as Error).message}`
  }
  if (present === wanted) return ''
  return `the SQLite migrations do not add up to the model; they make\n${present}\nand the model says\n${wanted}`
}

/** All tables, columns and indexes of the database that the scripts make. */
function describe(scripts: string[]): string {
  using database = new DatabaseSync(':memory:')
  for (const script of scripts) database.exec(script)
  const columns = database.prepare(
    `SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk FROM sqlite_schema t, pragma_table_info(t.name) c
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.name`,
  )
  const indexes = database.prepare(
    `SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY sql`,
  )
  return [...columns.all(), ...indexes.all()].map((row) => Object.values(row).join(' ')).join('\n')
}

async function checkSchemaTypes(folder: string): Promise<string> {
  const wanted = await generateTypes(await readFile(join(folder, 'prisma/schema.prisma'), 'utf8'))
  const present = await readFile(join(folder, 'src/store/schema.ts'), 'utf8')
  return present === wanted ? '' : 'it is not what the model makes: run npm run migration NAME'
}

async function checkStandards(folder: string): Promise<string> {
  const present = await readFile(join(folder, 'docs/standards.md'), 'utf8').catch(() => '')
  return present === (await generateStandards(folder)) ? '' : 'the anchors in the code changed: run npm run standards'
}

/** Each package has its line, and each line its package; `@types/*` stands for all of them. */
async function checkDependencies(folder: string): Promise<string> {
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const names = Object.keys({ ...dependencies, ...devDependencies })
  const used = new Set(names.map((name) => (name.startsWith('@types/') ? '@types/*' : name)))
  const text = await readFile(join(folder, 'docs/dependencies.md'), 'utf8').catch(() => '')
  const [reasons = ''] = text.split('\n## Left out')
  const firstColumns = reasons.match(/^\| `[^|]*/gm) ?? []
  const told = new Set(firstColumns.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)))
  const problems = [
    ...[...used].filter((name) => !told.has(name)).map((name) => `${name} is used: write why it and not another`),
    ...[...told].filter((name) => !used.has(name)).map((name) => `${name} is not used: remove its line`),
  ]
  return problems.join('\n')
}

/** Answers what a program of node_modules printed when it failed; empty when it did not. */
function tool(script: string, args: string[], folder: string): Promise<string> {
  return new Promise((resolve) => {
    const options = { cwd: folder, maxBuffer: 64 * 2 ** 20 }
    execFile(process.execPath, [join(root, 'node_modules', script), ...args], options, (error, stdout, stderr) => {
      resolve(error ? `${stdout}${stderr}`.trim() || error.message : '')
    })
  })
}

async function main(): Promise<number> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const found = await check(root)
      process.stdout.write(
        found === '' ? `ok      ${name}\n` : `FAILED  ${name}\n${found.replaceAll(/^/gm, '        ')}\n`,
      )
      return found
    }),
  )
  return results.every((found) => found === '') ? 0 : 1
}

if (runsAsProgram(import.meta.url)) process.exitCode = await main()
