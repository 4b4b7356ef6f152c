#!/usr/bin/env node
// Drop-in `schema-engine` for the Prisma CLI: the same JSON-RPC on stdio, served by @prisma/schema-engine-wasm
// over JS driver adapters. Point PRISMA_SCHEMA_ENGINE_BINARY at this file; nothing is downloaded.
import { readFileSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import path from 'node:path'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { PrismaNodeSqlite } from './node-sqlite-adapter.ts'

const require = createRequire(import.meta.url)
const argv = process.argv.slice(2)
const opt = (n) => { const i = argv.indexOf(n); return i < 0 ? undefined : argv[i + 1] }
if (argv.includes('--version')) { console.log('schema-engine-cli wasm'); process.exit(0) }
const url = JSON.parse(opt('--datasource') ?? '{}').url ?? 'file::memory:'
const shadow = JSON.parse(opt('--datasource') ?? '{}').shadowDatabaseUrl

let factory
if (/^postgres/.test(url)) {
  // adapter-pg rejects the catalog type "char" (oid 18) that the engine's describer reads: present it as text.
  const { default: pg } = await import('pg')
  const addFields = pg.Result.prototype.addFields
  pg.Result.prototype.addFields = function (fields) { for (const f of fields) if (f.dataTypeID === 18) f.dataTypeID = 25; return addFields.call(this, fields) }
  const { PrismaPg } = await import('@prisma/adapter-pg')
  factory = new PrismaPg({ connectionString: url })
  if (shadow) factory.connectToShadowDb = () => new PrismaPg({ connectionString: shadow }).connect()
} else factory = new PrismaNodeSqlite({ url, reader: false, dqs: true }) // the engine sets locking_mode=EXCLUSIVE

// The engine replays migrations into the shadow database as one multi-statement executeRaw.
const connectShadow = factory.connectToShadowDb.bind(factory)
factory.connectToShadowDb = async () => {
  const a = await connectShadow(), executeRaw = a.executeRaw.bind(a)
  a.executeRaw = async (q) => (q.args.length ? executeRaw(q) : (await a.executeScript(q.sql), 0))
  return a
}

if (argv.includes('cli')) {
  const cmd = argv.at(-1)
  try {
    if (cmd === 'drop-database') rmSync(url.replace(/^file:/, ''), { force: true })
    else if (cmd === 'create-database' && /^postgres/.test(url)) {
      const u = new URL(url), name = u.pathname.slice(1); u.pathname = '/postgres'
      const { PrismaPg } = await import('@prisma/adapter-pg')
      const a = await new PrismaPg({ connectionString: u.href }).connect()
      await a.executeScript(`CREATE DATABASE "${name}"`); await a.dispose()
    } else { const a = await factory.connect(); await a.executeScript('SELECT 1'); await a.dispose() }
    process.exit(0)
  } catch (e) {
    const code = e.cause?.kind === 'DatabaseDoesNotExist' ? 'P1003' : 'P1001'
    console.error(JSON.stringify({ timestamp: new Date().toISOString(), level: 'ERROR', fields: { message: String(e), is_panic: false, error_code: code } , target: 'shim' }))
    process.exit(1)
  }
}

const dir = path.dirname(require.resolve('@prisma/schema-engine-wasm'))
const glue = await import(path.join(dir, 'schema_engine_bg.js'))
const { instance } = await WebAssembly.instantiate(readFileSync(path.join(dir, 'schema_engine_bg.wasm')), { './schema_engine_bg.js': glue })
glue.__wbg_set_wasm(instance.exports)
instance.exports.__wbindgen_start()

const datamodels = []
for (let i = 0; i < argv.length; i++) if (argv[i] === '--datamodels' || argv[i] === '-d') datamodels.push([argv[i + 1], readFileSync(argv[i + 1], 'utf8')])
let engine
const send = (m) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...m }) + '\n')
let seq = 0
for await (const line of createInterface({ input: process.stdin })) {
  if (!line.trim()) continue
  const { id, method, params } = JSON.parse(line)
  if (!method) continue // the CLI acknowledging a print
  try {
    // The WASM engine reports P1014 instead of "not initialised" when this table is missing (7.10): create it first.
    if (!engine && /igrat|dev|evaluate/.test(method)) {
      const a = await factory.connect(), pg = a.provider === 'postgres'
      const ts = pg ? 'TIMESTAMPTZ' : 'DATETIME', now = pg ? 'now()' : 'current_timestamp'
      await a.executeScript(`CREATE TABLE IF NOT EXISTS "_prisma_migrations" ("id" ${pg ? 'VARCHAR(36)' : 'TEXT'} PRIMARY KEY NOT NULL, "checksum" ${pg ? 'VARCHAR(64)' : 'TEXT'} NOT NULL, "finished_at" ${ts}, "migration_name" ${pg ? 'VARCHAR(255)' : 'TEXT'} NOT NULL, "logs" TEXT, "rolled_back_at" ${ts}, "started_at" ${ts} NOT NULL DEFAULT ${now}, "applied_steps_count" ${pg ? 'INTEGER' : 'INTEGER UNSIGNED'} NOT NULL DEFAULT 0)`)
      await a.dispose()
    }
    engine ??= await glue.SchemaEngine.new({ datamodels: datamodels.length ? datamodels : undefined }, () => {}, bindMigrationAwareSqlAdapterFactory(factory))
    const result = await engine[method](params)
    if (method === 'diff' && result.stdout) { send({ id: `p${++seq}`, method: 'print', params: { content: result.stdout } }); result.stdout = null }
    send({ id, result: result ?? null })
  } catch (e) {
    send({ id, error: { code: 4466, message: 'An error happened. Check the data field for details.', data: { is_panic: false, message: String(e?.message ?? e), meta: e?.meta ?? null, error_code: e?.code ?? undefined, backtrace: null } } })
  }
}
