// HOSTILE 4: a full disk refuses with 507, takes nothing back, tells nobody of a success, and is forgotten without a
// restart when there is room again. A read-only disk is one clear line.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { verify } from '../../src/store/verify/verify.ts'
import { type DavClient, davClient } from '../support/dav-client.ts'
import { lacksRoot } from '../support/lacks.ts'
import { prepareData, runCommand, startProgram } from '../support/program.ts'
import { temporaryFolder } from '../support/store.ts'

const login = { name: 'ann', password: 'correct-horse' }
const megabyte = 2 ** 20

/** For `skip`: a container's root may not mount. */
function lacksMount(): string | false {
  if (lacksRoot()) return lacksRoot()
  const folder = mkdtempSync(join(tmpdir(), 'twin-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'twin-test', folder], { stdio: 'pipe' })
    execFileSync('umount', [folder])
    return false
  } catch {
    return 'needs the right to mount a tmpfs'
  } finally {
    rmdirSync(folder)
  }
}

/** A small disk of its own. */
async function smallDisk(megabytes: number) {
  const folder = await temporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'twin-test', folder.path])
  return {
    path: folder.path,
    async [Symbol.asyncDispose]() {
      execFileSync('umount', ['-l', folder.path])
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Leaves `left` bytes free. */
async function fill(disk: string, left: number): Promise<void> {
  const { bavail, bsize } = await statfs(disk)
  await writeFile(join(disk, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - left)))
}

/** Puts small files until one is refused; answers those that were taken. */
async function putUntilRefused(client: DavClient): Promise<string[]> {
  const taken: string[] = []
  for (let index = 0; index < 2000; index++) {
    const name = `small-${index}`
    const { status } = await client.send('PUT', name, `${name} `.repeat(2000))
    if (status !== 201) {
      assert.equal(status, 507)
      return taken
    }
    taken.push(name)
  }
  throw new Error('the disk was never full')
}

/** Where not even a small file has room, a folder may still have. */
async function makeFoldersUntilRefused(client: DavClient): Promise<void> {
  for (let index = 0; index < 2000; index++) {
    const { status } = await client.send('MKCOL', `folder-${index}`)
    if (status !== 201) return assert.equal(status, 507)
  }
  throw new Error('the disk was never full')
}

describe('a full disk', { skip: lacksMount() }, () => {
  it('refuses uploads with 507, keeps what there was, and works again when there is room', async () => {
    await using disk = await smallDisk(64)
    const data = join(disk.path, 'data')
    await mkdir(data)
    await prepareData(data, login)
    await using twin = await startProgram(data)
    const client = davClient(twin, login)
    const content = Buffer.alloc(5 * megabyte, 'kept')
    await client.expect(201, 'PUT', 'kept', content)

    await fill(disk.path, 8 * megabyte)
    await client.expect(507, 'PUT', 'kept', Buffer.alloc(20 * megabyte, 'lost'))
    await client.expect(507, 'PUT', 'large', Buffer.alloc(20 * megabyte, 'lost'))
    await client.expect(404, 'GET', 'large')
    const taken = await putUntilRefused(client)
    await client.expect(507, 'PUT', 'kept', Buffer.alloc(60_000, 'lost'))
    await makeFoldersUntilRefused(client)
    assert.deepEqual((await client.expect(200, 'GET', 'kept')).body, content)
    const { problems } = await verify(data)
    assert.deepEqual(problems, [])

    await rm(join(disk.path, 'ballast'))
    await client.expect(204, 'PUT', 'kept', 'new')
    await client.expect(201, 'PUT', 'large', Buffer.alloc(10 * megabyte, 'large'))
    await client.expect(201, 'MKCOL', 'folder')
    client.close()
    assert.equal(await twin.stop(), 0)

    await using again = await startProgram(data)
    const later = davClient(again, login)
    for (const name of taken) {
      assert.equal((await later.expect(200, 'GET', name)).body.toString(), `${name} `.repeat(2000), name)
    }
    assert.equal((await later.expect(200, 'GET', 'kept')).body.toString(), 'new')
    later.close()
    assert.deepEqual((await verify(data)).problems, [])
  })

  it('refuses a restore and leaves the present data as they are', async () => {
    await using folder = await temporaryFolder()
    const from = join(folder.path, 'from')
    const file = join(folder.path, 'twin.tar')
    await prepareData(from, login)
    {
      await using twin = await startProgram(from)
      await davClient(twin, login).expect(201, 'PUT', 'large', Buffer.alloc(30 * megabyte, 'large'))
      await runCommand(from, ['backup', file])
      await twin.stop()
    }
    await using disk = await smallDisk(24)
    const data = join(disk.path, 'data')
    await mkdir(data)
    await prepareData(data, { name: 'bob', password: 'correct-horse' })
    const { code, stderr } = await runCommand(data, ['restore', file, '--force'])
    assert.deepEqual([code, /ENOSPC/.test(stderr), stderr.split('\n').length], [1, true, 2], stderr)
    assert.match((await runCommand(data, ['account', 'list'])).stdout, /^bob /m)
  })
})

describe('a read-only disk', { skip: lacksMount() }, () => {
  it('is one clear line at the start, and doctor has the mend', async () => {
    await using disk = await smallDisk(24)
    const data = join(disk.path, 'data')
    await mkdir(data)
    await prepareData(data, login)
    execFileSync('mount', ['-o', 'remount,ro', disk.path])
    await assert.rejects(startProgram(data), (error: Error) => {
      assert.match(error.message, /^ended with 1: twin: [^\n]*(read-?only)[^\n]*\n$/i)
      return true
    })
    const { code, stdout } = await runCommand(data, ['doctor'])
    assert.equal(code, 1)
    assert.match(stdout, /cannot be written to \(EROFS\)\n +→ .*remount,rw/)
  })
})
