// npm test [-- WORD …]: the checks and all tests, or those whose file name holds one of the words. What stands alone
// (tools/, src/) runs two files at a time; what drives real clients, browsers and databases (tests/) one at a time.
// Both are reported as one run, which ends in node:test's own closing lines.
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { run } from 'node:test'
import { spec, type TestEvent } from 'node:test/reporters'
import { filesBelow, root } from './project.ts'

const minutes = 60_000
/** A test that failed leaves its servers open: its file must end all the same. */
const execArgv = ['--test-force-exit', '--disable-warning=ExperimentalWarning']
const phases = [
  { folders: ['tools', 'src'], concurrency: 2, timeout: 5 * minutes },
  { folders: ['tests'], concurrency: 1, timeout: 10 * minutes },
]

async function* runAll(words: string[]): AsyncGenerator<TestEvent> {
  const totals = new Map<string, number>()
  const skipped = new Map<string, string[]>()
  let summary: TestEvent | undefined
  for (const { folders, ...options } of phases) {
    const files = testFiles(folders, words)
    if (files.length === 0) continue
    for await (const event of run({ files, ...options, execArgv }) as AsyncIterable<TestEvent>) {
      if (isClosingLine(event)) add(totals, event.data.message)
      else if (isSummary(event)) summary = event
      else yield event
      if (event.type === 'test:pass' && typeof event.data.skip === 'string') {
        skipped.set(event.data.skip, [...(skipped.get(event.data.skip) ?? []), event.data.name])
      }
    }
  }
  if (summary) yield summary // the reporter repeats what failed
  yield* describeSkipped(skipped).map(line)
  yield* [...totals].map(([name, value]) => line(`${name} ${Math.round(value * 1e6) / 1e6}`))
  process.exitCode = (totals.get('fail') ?? 0) + (totals.get('cancelled') ?? 0) > 0 ? 1 : 0
}

function testFiles(folders: string[], words: string[]): string[] {
  return folders
    .flatMap((folder) => filesBelow(root, folder))
    .filter((file) => file.endsWith('.test.ts') && (words.length === 0 || words.some((word) => file.includes(word))))
    .map((file) => join(root, file))
}

/** `tests 12`, `pass 12`, … of a whole run; a diagnostic of one test names its file. */
function isClosingLine(event: TestEvent): event is Extract<TestEvent, { type: 'test:diagnostic' }> {
  return event.type === 'test:diagnostic' && event.data.file === undefined
}

const isSummary = (event: TestEvent): boolean => event.type === 'test:summary' && event.data.file === undefined

function add(totals: Map<string, number>, message: string): void {
  const [name = '', value] = message.split(' ')
  totals.set(name, (totals.get(name) ?? 0) + Number(value))
}

/** Why tests were skipped, and the one line that gets all the packages that they ask for. */
function describeSkipped(skipped: Map<string, string[]>): string[] {
  const packages = [...skipped.keys()].flatMap(
    (reason) => /apt-get install ([\w.+ -]+)/.exec(reason)?.[1]?.split(' ') ?? [],
  )
  const reasons = [...skipped].map(([reason, names]) => `skipped ${names.length}: ${reason}`)
  if (packages.length === 0) return reasons
  return [...reasons, `to run them: apt-get install --no-install-recommends ${[...new Set(packages)].sort().join(' ')}`]
}

const line = (message: string): TestEvent => ({ type: 'test:diagnostic', data: { nesting: 0, message, level: 'info' } })

// The settings of a twin that runs here are not those of the tests.
for (const name of Object.keys(process.env)) {
  if (name.startsWith('TWIN_') && !name.startsWith('TWIN_TEST_')) delete process.env[name]
}
Readable.from(runAll(process.argv.slice(2)))
  .compose(spec)
  .pipe(process.stdout)
