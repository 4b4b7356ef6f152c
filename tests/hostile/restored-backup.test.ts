// HOSTILE 7: an older backup restored under live clients. Their tokens are refused as too old, also when the new
// history has grown past them, and they resync in full.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { it } from 'node:test'
import { type DavClient, davClient } from '../support/dav-client.ts'
import { prepareData, runCommand, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/store.ts'

const login = { name: 'ann', password: 'correct-horse' }

const sync = (client: DavClient, token: string) =>
  client.send(
    'REPORT',
    '',
    `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`,
    { 'content-type': 'application/xml', depth: '0' },
  )

const tokenIn = (body: Buffer): string => /<D:sync-token>([^<]+)/.exec(body.toString())?.[1] ?? ''
const namesIn = (body: Buffer): string[] =>
  [...body.toString().matchAll(/<D:href>[^<]*\/([^/<]+)<\/D:href>/g)].map(([, name]) => name ?? '').sort()

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
    known = tokenIn((await sync(client, '')).body)
    assert.equal((await sync(client, known)).status, 207)
    client.close()
    await twin.stop()
  }
  assert.equal((await runCommand(data, ['restore', file, '--force'])).code, 0)
  await using twin = await startProgram(data)
  const client = davClient(twin, login)
  for (const name of ['one', 'two', 'three', 'four']) {
    const refused = await sync(client, known)
    assert.deepEqual([refused.status, /valid-sync-token/.test(refused.body.toString())], [403, true]) // RFC 6578 §3.2
    await client.expect(201, 'PUT', name, name)
  }
  const full = await sync(client, '')
  assert.deepEqual(namesIn(full.body), ['four', 'in-the-backup', 'one', 'three', 'two'])
  assert.equal((await sync(client, tokenIn(full.body))).status, 207)
  client.close()
})
