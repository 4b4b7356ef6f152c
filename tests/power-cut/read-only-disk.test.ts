import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { it } from 'node:test'
import { folderWithShim, recorded, whyNoShim } from './shim.ts'

it('a disk that becomes read-only refuses what is written, shows what was there, and is written again afterwards', {
  skip: whyNoShim() ?? false,
}, async () => {
  const folder = await folderWithShim()
  const flag = join(folder, 'read-only')
  const args = [join(import.meta.dirname, 'read-only-disk.ts'), join(folder, 'recorded/data'), flag]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...recorded(folder), POWER_CUT_READ_ONLY: flag },
  })
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  rmSync(folder, { recursive: true, force: true })
  assert.equal(code, 0, errors)
})
