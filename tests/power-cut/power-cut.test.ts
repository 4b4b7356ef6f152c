// Power cuts, recorded and simulated: see README.md. As many as a minute allows, up to 2000, or TWIN_POWER_CUTS.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { type CheckOptions, type CheckResult, type Variant, variants } from './check.ts'
import { folderWithShim, recorded, whyNoShim } from './shim.ts'
import { readTrace } from './trace.ts'

const cuts = Number(process.env.TWIN_POWER_CUTS ?? 2000)
const cutsInARound = 400
const milliseconds = process.env.TWIN_POWER_CUTS === undefined ? 60_000 : Number.POSITIVE_INFINITY
const seed = Number(process.env.TWIN_TEST_SEED ?? 1)
const stepsInALife = 400
const lives = ['kill', 'close', 'kill', 'kill', 'kill', 'close'] as const
const here = new URL('.', import.meta.url).pathname

type Life = { code: number | null; signal: string | null; errors: string }

/** Lives one life of a twin under the recorder. */
async function live(
  folder: string,
  number: number,
  end: string,
  environment: Record<string, string> = {},
): Promise<Life> {
  const args = [join(folder, 'recorded'), join(folder, 'acks'), String(number), String(stepsInALife), end]
  const child = spawn(
    process.execPath,
    ['--import', join(here, 'small-limits.ts'), join(here, 'workload.ts'), ...args],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...recorded(folder), ...environment },
    },
  )
  const [errors, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code, signal, errors }
}

async function checkInWorkers(
  options: Omit<CheckOptions, 'share' | 'of' | 'scratch'>,
  folder: string,
): Promise<CheckResult> {
  const of = options.stopAtFirst ? 1 : availableParallelism()
  const shares = Array.from({ length: of }, async (_, share) => {
    const workerData: CheckOptions = { ...options, share, of, scratch: join(folder, `scratch-${share}`) }
    const [result] = await once(new Worker(new URL('./check.ts', import.meta.url), { workerData }), 'message')
    return result as CheckResult
  })
  const total: CheckResult = { cuts: 0, images: 0, bad: [] }
  for (const result of await Promise.all(shares)) {
    total.cuts += result.cuts
    total.images += result.images
    total.bad.push(...result.bad)
  }
  return total
}

describe('power cuts', { skip: whyNoShim() ?? false }, () => {
  let folder: string
  const round = (variant: Variant, number: number) => {
    const trace = join(folder, 'trace')
    return checkInWorkers(
      { trace, variant, cuts: cutsInARound, seed: seed + number, stopAtFirst: variant !== 'whole' },
      folder,
    )
  }

  before(async () => {
    folder = await folderWithShim()
    for (const [index, end] of lives.entries()) {
      const { code, signal, errors } = await live(folder, index + 1, end)
      assert.ok(end === 'kill' ? signal === 'SIGKILL' : code === 0, `life ${index + 1}: ${code} ${signal}\n${errors}`)
    }
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('are recorded while contents come and go, checkpoints run and the WAL begins anew', () => {
    const events = readTrace(readFileSync(join(folder, 'trace')))
    const paths = new Map(events.flatMap((event) => (event.type === 'open' ? [[event.open, event.path]] : [])))
    const count = (matches: (event: (typeof events)[number]) => boolean) => events.filter(matches).length
    const isOf = (event: object, name: string) =>
      'open' in event && paths.get(Number(event.open))?.endsWith(name) === true
    assert.ok(count((event) => event.type === 'told') > 1000, 'acknowledged and shown')
    assert.ok(count((event) => event.type === 'rename') > 50, 'large contents that came')
    assert.ok(
      count((event) => event.type === 'unlink' && event.path.includes('/blobs/')) > 10,
      'large contents that went',
    )
    assert.ok(count((event) => event.type === 'synced' && isOf(event, 'twin.db')) > lives.length, 'checkpoints')
    const begun = count((event) => event.type === 'write' && event.offset === 0 && isOf(event, '-wal'))
    assert.ok(begun > lives.length, 'beginnings of the WAL')
  })

  it('lose nothing that anybody was told of, and leave whole steps, references and contents', async (context) => {
    const started = performance.now()
    let tried = 0
    for (let number = 0; tried < cuts && performance.now() - started < milliseconds; number++) {
      const result = await round('whole', number)
      assert.deepEqual(result.bad, [])
      tried += result.cuts
    }
    context.diagnostic(`${tried} cuts, two images each`)
  })

  for (const variant of variants) {
    it(`would be noticed without ${variant}`, async () => {
      let noticed = false
      for (let number = 0; !noticed && number * cutsInARound < cuts; number++) {
        noticed = (await round(variant, number)).bad.length > 0
      }
      assert.ok(noticed)
    })
  }
})

describe('a sync that fails', { skip: whyNoShim() ?? false }, () => {
  it('stops the process at once, and nothing more is acknowledged', async () => {
    const folder = await folderWithShim()
    const { signal, errors } = await live(folder, 1, 'close', { POWER_CUT_FAIL_SYNC: '40' })
    assert.equal(signal, 'SIGABRT')
    assert.match(errors, /^twin: the database could not be synced to the disk: .*EIO/m)
    const workerData = { trace: join(folder, 'trace'), variant: 'whole' as const, cuts: 300, seed, stopAtFirst: false }
    assert.deepEqual((await checkInWorkers(workerData, folder)).bad, [])
    rmSync(folder, { recursive: true, force: true })
  })
})
