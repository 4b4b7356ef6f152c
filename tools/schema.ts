// The data model as Prisma sees it, without a database server and without Prisma's native engine: the schema
// engine's WebAssembly compares two data models. prisma/migrations/schema.prisma is the model that the migrations
// add up to, so that the next migration is the difference from it to prisma/schema.prisma.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bindMigrationAwareSqlAdapterFactory, type SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'
import { root } from './project.ts'

export const databases = ['sqlite', 'postgresql'] as const
export type Database = (typeof databases)[number]

export const modelFile = join(root, 'prisma/schema.prisma')
export const migrationsFolder = join(root, 'prisma/migrations')
export const typesFile = join(root, 'src/store/schema.ts')
const migratedModelName = 'schema.prisma'

const datasource = 'datasource db {\n  provider = "sqlite"\n}\n'

/** The model that the migrations add up to; undefined before the first. */
export function readMigratedModel(folder: string = migrationsFolder): string | undefined {
  const file = join(folder, migratedModelName)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

export async function writeMigratedModel(model: string): Promise<void> {
  await writeFile(join(migrationsFolder, migratedModelName), model)
}

/** Names such as `0001_foundation`, in the order in which they apply. */
export function migrationNames(database: Database, folder: string = migrationsFolder): string[] {
  const directory = join(folder, database)
  return existsSync(directory) ? readdirSync(directory).sort() : []
}

/** The SQL that takes a database from one model (none when undefined) to another; empty when they agree. */
export async function difference(database: Database, from: string | undefined, to: string): Promise<string> {
  const target = (model: string): glue.DiffTarget => ({
    tag: 'schemaDatamodel',
    files: [{ path: modelFile, content: modelFor(database, model) }],
  })
  const engine = await openEngine(database, modelFor(database, to))
  try {
    const result = await engine.diff({
      from: from === undefined ? { tag: 'empty' } : target(from),
      to: target(to),
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    })
    return result.exitCode === 0 ? '' : forAnySchema(result.stdout ?? '')
  } finally {
    engine.free()
  }
}

/** Times in ms and sizes in bytes outgrow PostgreSQL's 32-bit integers; SQLite's INTEGER is always 64 bits wide. */
export function modelFor(database: Database, model: string): string {
  if (!model.includes(datasource)) throw new Error(`${modelFile}: the datasource block must read\n${datasource}`)
  if (database === 'sqlite') return model
  return model.replace(datasource, datasource.replace('sqlite', 'postgresql')).replaceAll(/\bInt\b/g, 'BigInt')
}

/** The connection's search_path names the PostgreSQL schema, and creating one takes a right that an owner may lack. */
function forAnySchema(sql: string): string {
  return sql.replace('-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n\n', '')
}

async function openEngine(database: Database, model: string): Promise<glue.SchemaEngine> {
  engineLoaded ??= loadEngine()
  await engineLoaded
  const provider = database === 'sqlite' ? 'sqlite' : 'postgres'
  const connect = async () => noDatabase(provider)
  return glue.SchemaEngine.new(
    { datamodels: [[modelFile, model]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory({ provider, adapterName: 'none', connect, connectToShadowDb: connect }),
  )
}

let engineLoaded: Promise<void> | undefined

/** What is used here of WebAssembly, whose types only come with those of a browser's page. */
declare const WebAssembly: {
  instantiate(
    code: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>
}

/** The engine's own loader imports the .wasm as a module, which Node does not do without a flag. */
async function loadEngine(): Promise<void> {
  const wasm = fileURLToPath(new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm')))
  const { instance } = await WebAssembly.instantiate(await readFile(wasm), { './schema_engine_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start as () => void
  start()
}

/** The engine wants a connection even where it compares two models: one that answers every question with nothing. */
function noDatabase(provider: 'sqlite' | 'postgres'): SqlDriverAdapter {
  return {
    provider,
    adapterName: 'none',
    getConnectionInfo: () => ({ supportsRelationJoins: false }),
    queryRaw: async () => ({ columnNames: [], columnTypes: [], rows: [] }),
    executeRaw: async () => 0,
    executeScript: async () => {},
    startTransaction: () => Promise.reject(new Error('there is no database')),
    dispose: async () => {},
  }
}

/** The Kysely types of a model, formatted, as src/store/schema.ts holds them. */
export async function generateTypes(model: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'twin-schema-'))
  try {
    const copy = join(folder, 'schema.prisma')
    await writeFile(copy, model.replace('output   = "../src/store"', `output = "${folder}"`))
    await run('node_modules/prisma/build/index.js', ['generate', '--schema', copy, '--no-hints'], {
      PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, // never run by generate; unset, Prisma would download one
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    })
    const types = join(folder, 'schema.ts')
    const generated = await readFile(types, 'utf8')
    return await format(`// Generated from prisma/schema.prisma by \`npm run migration\`. Do not edit.\n${generated}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function format(source: string): Promise<string> {
  const child = run('node_modules/@biomejs/biome/bin/biome', ['format', '--stdin-file-path', typesFile], {})
  child.child.stdin?.end(source)
  return (await child).stdout
}

function run(script: string, args: string[], environment: Record<string, string>) {
  const options = { cwd: root, env: { ...process.env, ...environment } }
  return promisify(execFile)(process.execPath, [join(root, script), ...args], options)
}
