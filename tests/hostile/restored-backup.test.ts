// HOSTILE 7: an older backup restored under live clients. Their tokens are refused as too old, also when the new
// history has grown past them, and they resync in full.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { it } from 'node:test'
import { davClient } from '../support/dav-client.ts'
import { prepareData, runCommand, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/store.ts'
import { membersIn, syncCollection, tokenIn } from '../support/sync.ts'

const login = { name: 'ann', password: 'correct-horse' }

it('a sync token from before a restore is refused with valid-sync-token, and a new one has everything', async () => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  const file = join(folder.path, 'twin.tar')
  await prepareData(data, login)
  let known: string
  {
    await using twin = await startProgram(data)
    const client = davClient(twin, login)
    await client.expect(201, 'PUT', 'in-the-backup', '1')
    assert.equal((await runCommand(data, ['backup', file])).code, 0)
    await client.expect(201, 'PUT', 'after-the-backup', '2')
    known = tokenIn(await syncCollection(client, '', ''))
    assert.equal((await syncCollection(client, '', known)).status, 207)
    client.close()
    await twin.stop()
  }
  assert.equal((await runCommand(data, ['restore', file, '--force'])).code, 0)
  await using twin = await startProgram(data)
  const client = davClient(twin, login)
  for (const name of ['one', 'two', 'three', 'four']) {
    const refused = await syncCollection(client, '', known)
    assert.deepEqual([refused.status, /valid-sync-token/.test(refused.body.toString())], [403, true]) // RFC 6578 §3.2
    await client.expect(201, 'PUT', name, name)
  }
  const full = await syncCollection(client, '', '')
  assert.deepEqual(
    membersIn(full)
      .map(({ name }) => name)
      .sort(),
    ['four', 'in-the-backup', 'one', 'three', 'two'],
  )
  assert.equal((await syncCollection(client, '', tokenIn(full))).status, 207)
  client.close()
})
