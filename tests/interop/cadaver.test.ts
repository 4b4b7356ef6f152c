import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openBridge } from '../support/bridge.ts'
import { lacks } from '../support/lacks.ts'
import { run } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin } from '../support/twin.ts'

test('cadaver puts, gets, copies, moves, locks, sets properties and deletes', { skip: lacks('cadaver') }, async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', 'secret-words')
  await using bridge = await openBridge(twin)
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'here.txt'), 'what was here')
  await writeFile(join(folder.path, '.netrc'), 'machine 127.0.0.1 login ann password secret-words\n', { mode: 0o600 })
  const commands = [
    'mkcol sub',
    'put here.txt',
    'put here.txt sub/ünï%cödé.txt',
    'copy here.txt sub/copied.txt',
    'move sub/copied.txt moved.txt',
    'lock moved.txt',
    'put here.txt moved.txt',
    'unlock moved.txt',
    'set namespace urn:example',
    'propset moved.txt colour blue',
    'propget moved.txt colour',
    'ls sub',
    'get sub/ünï%cödé.txt back.txt',
    'rmcol sub',
    'ls',
    'quit',
  ]
  const { output } = await run('cadaver', [`http://127.0.0.1:${bridge.port}/dav/files/ann/`], {
    cwd: folder.path,
    env: { HOME: folder.path },
    input: `${commands.join('\n')}\n`,
  })
  assert.doesNotMatch(output, /fail/i, output)
  assert.match(output, /ünï%cödé\.txt/)
  assert.match(output, /blue/)
  assert.match(output, /moved\.txt\s+13/)
  assert.equal(await readFile(join(folder.path, 'back.txt'), 'utf8'), 'what was here')
})
