// npm run migration NAME: writes the migrations of both databases from the last model to prisma/schema.prisma,
// and the types in src/store/schema.ts. No database server is needed. Read what it wrote before committing it.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { root } from './project.ts'
import {
  databases,
  difference,
  generateTypes,
  migrationNames,
  migrationsFolder,
  modelFile,
  readMigratedModel,
  typesFile,
  writeMigratedModel,
} from './schema.ts'

async function main(name: string | undefined): Promise<number> {
  if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
    process.stderr.write('Usage: npm run migration NAME (lower case letters, digits and _)\n')
    return 2
  }
  const model = await readFile(modelFile, 'utf8')
  const former = readMigratedModel()
  const number = Math.max(...databases.map((database) => migrationNames(database).length)) + 1
  const folder = `${String(number).padStart(4, '0')}_${name}`
  for (const database of databases) {
    const sql = await difference(database, former, model)
    if (sql === '') {
      process.stdout.write(`${database}: nothing changed in the tables\n`)
      continue
    }
    const file = join(migrationsFolder, database, folder, 'migration.sql')
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(file, sql)
    process.stdout.write(`wrote ${relative(root, file)}\n`)
  }
  await writeMigratedModel(model)
  await writeFile(typesFile, await generateTypes(model))
  process.stdout.write(`wrote ${relative(root, typesFile)}\n`)
  return 0
}

process.exitCode = await main(process.argv[2])
