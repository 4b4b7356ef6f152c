// Opens what a power cut left and looks whether everything that anybody was told is there, and nothing
// but whole steps.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BlobFolder } from '../../src/store/blobs/folder.ts'
import { checkContents } from '../../src/store/verify/contents.ts'
import { checkStructure } from '../../src/store/verify/structure.ts'
import type { ImageFile } from './disk.ts'
import { calendarNames, folderNames, lastStepKey, replay, type Step, stepKey } from './model.ts'

/** What somebody was told before the cut. */
export type Told = { step: number; ready: boolean; keys: string | undefined }

/** Lays an image into a folder and answers what is wrong with it. */
export async function whatIsWrong(
  files: readonly ImageFile[],
  folder: string,
  told: Told,
): Promise<string | undefined> {
  rmSync(folder, { recursive: true, force: true })
  for (const { path, content } of files) {
    if (content) writeFileSync(folder + path, content)
    else mkdirSync(folder + path, { recursive: true })
  }
  const directory = join(folder, 'data')
  if (!existsSync(join(directory, 'twin.db'))) return told.ready ? 'LOST the database' : undefined
  if (told.keys !== undefined && hashOfKeys(directory) !== told.keys) return 'LOST the keys'
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(join(directory, 'twin.db'))
    return wrongSteps(database, told) ?? (told.ready ? await damage(database, directory) : undefined)
  } catch (error) {
    return `DAMAGED: ${(error as Error).message}`
  } finally {
    database?.close()
  }
}

function wrongSteps(database: DatabaseSync, told: Told): string | undefined {
  const hasTables = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'setting'`).get() !== undefined
  const last = hasTables && database.prepare('SELECT value FROM setting WHERE key = ?').get(lastStepKey)
  if (!last) return told.ready ? 'LOST everything' : undefined
  const count = Number(last.value)
  if (count < told.step) return `LOST ${told.step - count} steps that somebody was told of`
  const rows = database
    .prepare('SELECT key, value FROM setting WHERE key BETWEEN ? AND ? ORDER BY key')
    .all(stepKey(0), stepKey(999_999))
  const wrong = rows.findIndex(({ key }, index) => key !== stepKey(index + 1))
  if (rows.length !== count || wrong !== -1)
    return `MIXED: ${rows.length} of ${count} steps, not as they followed each other`
  return wrongFiles(database, replay(rows.map(({ value }) => JSON.parse(String(value)) as Step)))
}

function wrongFiles(database: DatabaseSync, expected: Map<string, string>): string | undefined {
  const named = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ')
  const rows = database
    .prepare(
      `SELECT folder.name AS folder, file.name AS name, hex(blob.hash) AS hash FROM node file
       JOIN node folder ON folder.id = file.parentId JOIN blob ON blob.id = file.blobId
       WHERE folder.name IN (${named(folderNames)})
       UNION ALL
       SELECT collection.name, item.name, hex(blob.hash) FROM collection_item item
       JOIN collection ON collection.id = item.collectionId JOIN blob ON blob.id = item.blobId
       WHERE collection.kind = 'calendar' AND collection.name IN (${named(calendarNames)})`,
    )
    .all()
  const actual = new Map(rows.map((row) => [`${row.folder}/${row.name}`, String(row.hash).toLowerCase()]))
  for (const path of new Set([...expected.keys(), ...actual.keys()])) {
    if (expected.get(path) !== actual.get(path)) return `MIXED: ${path} is not what the steps made of it`
  }
  return undefined
}

/** The twin's own `verify`: every reference, every content. */
async function damage(database: DatabaseSync, directory: string): Promise<string | undefined> {
  const problems: string[] = []
  checkStructure(database, (problem) => problems.push(problem))
  await checkContents(database, await BlobFolder.open(join(directory, 'blobs')), (problem) => problems.push(problem))
  return problems.length > 0 ? `DAMAGED: ${problems[0]}` : undefined
}

function hashOfKeys(directory: string): string {
  const hash = createHash('sha256')
  const folder = join(directory, 'keys')
  if (!existsSync(folder)) return ''
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)))
  return hash.digest('hex')
}
