import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { davClient } from '../support/dav-client.ts'
import { prepareData, runCommand, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/store.ts'

const login = { name: 'ann', password: 'correct-horse' }
const large = Buffer.alloc(300_000, 'large ')

describe('backup, verify and restore on the command line', () => {
  it('bring a busy twin back as it was, through its socket and without it', async () => {
    await using folder = await temporaryFolder()
    const data = join(folder.path, 'data')
    const file = join(folder.path, 'twin.tar')
    await prepareData(data, login)
    {
      await using twin = await startProgram(data)
      const client = davClient(twin, login)
      await client.expect(201, 'PUT', 'small.txt', 'small')
      await client.expect(201, 'PUT', 'large.bin', large)
      assert.deepEqual(await runCommand(data, ['backup', file]), { code: 0, stdout: '', stderr: '' })
      assert.match((await runCommand(data, ['verify'])).stdout, /^2 contents .*: nothing is wrong$/m)
      await client.expect(204, 'DELETE', 'small.txt')
      const refused = await runCommand(data, ['restore', file, '--force'])
      assert.deepEqual([refused.code, /another twin already runs/.test(refused.stderr)], [1, true])
      assert.equal(await twin.stop(), 0)
    }
    const occupied = await runCommand(data, ['restore', file])
    assert.deepEqual([occupied.code, /there are data in .* --force/.test(occupied.stderr)], [1, true])
    const restored = await runCommand(data, ['restore', file, '--force'])
    assert.deepEqual([restored.code, restored.stderr], [0, ''])
    assert.equal((await runCommand(data, ['verify'])).code, 0)
    await using twin = await startProgram(data)
    const client = davClient(twin, login)
    assert.equal((await client.expect(200, 'GET', 'small.txt')).body.toString(), 'small')
    assert.deepEqual((await client.expect(200, 'GET', 'large.bin')).body, large)
  })

  it('go through pipes', async () => {
    await using folder = await temporaryFolder()
    const [from, to] = [join(folder.path, 'from'), join(folder.path, 'to')]
    await prepareData(from, login)
    const file = join(folder.path, 'archive')
    await runCommand(from, ['backup', file])
    const archive = readFileSync(file)
    assert.equal((await runCommand(to, ['restore', '-'], { input: archive })).code, 0)
    const cut = await runCommand(join(folder.path, 'other'), ['restore', '-'], { input: archive.subarray(0, 50_000) })
    assert.deepEqual([cut.code, cut.stderr.split('\n').length], [1, 2])
    assert.match(cut.stderr, /^twin: this is not a whole backup of a twin: .*; nothing was changed$/m)
    assert.ok(existsSync(join(to, 'twin.db')))
    assert.ok(!existsSync(join(folder.path, 'other', 'twin.db')))
  })

  it('keep the former backup when a new one fails', async () => {
    await using folder = await temporaryFolder()
    const data = join(folder.path, 'data')
    const file = join(folder.path, 'twin.tar')
    await prepareData(data, login)
    writeFileSync(file, 'the former one')
    const failed = await runCommand(data, ['backup', join(folder.path, 'nowhere', 'twin.tar')])
    assert.equal(failed.code, 1)
    assert.match(failed.stderr, /^twin: ENOENT.*nowhere/)
    assert.equal(readFileSync(file, 'utf8'), 'the former one')
    assert.equal((await runCommand(data, ['backup', file])).code, 0)
    assert.notEqual(readFileSync(file, 'latin1').slice(0, 14), 'the former one')
    assert.deepEqual(readdirSync(folder.path).sort(), ['data', 'twin.tar'])
  })

  it('tell of damage by name and exit with 1', async () => {
    await using folder = await temporaryFolder()
    const data = join(folder.path, 'data')
    await prepareData(data, login)
    {
      await using twin = await startProgram(data)
      await davClient(twin, login).expect(201, 'PUT', 'large.bin', large)
      await twin.stop()
    }
    const blobs = join(data, 'blobs')
    const [blob] = readdirSync(blobs, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /[0-9a-f]{64}$/.test(name),
    )
    writeFileSync(join(blobs, blob ?? ''), Buffer.alloc(large.length))
    for (const command of [['verify'], ['backup', join(folder.path, 'twin.tar')]]) {
      const { code, stderr } = await runCommand(data, command)
      assert.equal(code, 1)
      assert.match(stderr, new RegExp(`content ${blob?.slice(3)}`))
    }
  })

  it('refuse what they do not understand with 2 and their usage', async () => {
    await using folder = await temporaryFolder()
    for (const args of [['backup'], ['backup', 'a', 'b'], ['restore'], ['verify', '--deep'], ['doctor', 'me']]) {
      const { code, stderr } = await runCommand(folder.path, args)
      assert.deepEqual([code, /Usage: twin /.test(stderr)], [2, true], args.join(' '))
    }
  })
})

describe('doctor on the command line', () => {
  it('is content with a twin that runs, and knows its ports', async () => {
    await using folder = await temporaryFolder()
    await prepareData(folder.path, login)
    await using twin = await startProgram(folder.path)
    const { code, stdout } = await runCommand(folder.path, ['doctor'])
    assert.match(stdout, new RegExp(`port ${twin.port} \\(https\\) is this twin's`))
    assert.match(stdout, new RegExp(`^the twin runs \\(process ${twin.pid}\\)$`, 'm'))
    assert.equal(code, 0, stdout)
  })

  it('exits with 1 and the mend for a taken port and for a setting that cannot be used', async () => {
    await using folder = await temporaryFolder()
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as { port: number }
    const busy = await runCommand(folder.path, ['doctor'], { settings: { TWIN_PORTS_HTTPS: String(port) } })
    taken.close()
    assert.equal(busy.code, 1)
    assert.match(busy.stdout, new RegExp(`wrong    port ${port} is taken by another program\n +→ .*TWIN_PORTS_HTTPS`))
    const unknown = await runCommand(folder.path, ['doctor'], { settings: { TWIN_DOMIAN: 'a' } })
    assert.equal(unknown.code, 1)
    assert.match(unknown.stdout, /there is no setting TWIN_DOMIAN: did you mean TWIN_DOMAIN\?/)
  })
})
