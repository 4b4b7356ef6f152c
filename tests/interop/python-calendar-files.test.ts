import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { lacksPython, pythonWith } from '../support/lacks.ts'
import { runWell } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin } from '../support/twin.ts'

test('python3-caldav imports a file, attaches one, and python3-icalendar reads what is exported', {
  skip: lacksPython('caldav') || lacksPython('icalendar'),
}, async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', 'secret-words')
  await using folder = await temporaryFolder()
  const ca = join(folder.path, 'ca.pem')
  await writeFile(ca, twin.ca)
  const script = join(import.meta.dirname, 'python-calendar-files.py')
  const args = [script, `https://localhost:${twin.port}/dav/`, ca]
  assert.match(await runWell(pythonWith('caldav') ?? 'python3', args), /done/)
})
