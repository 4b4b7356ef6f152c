// Every case of the corpus, as the twin and as dateutil answer it.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { lacksPython, pythonWith } from '../support/lacks.ts'
import { runWell } from '../support/run.ts'
import { corpus, firstInstances, objectOf, question, wallsOf } from './corpus.ts'

const cases = corpus().map((one) => {
  const object = objectOf(one.lines)
  // One more than expected: a set that should have ended is seen to go on.
  const most = one.endless ? one.expected.length : one.expected.length + 1
  return { ...one, object, most, found: firstInstances(object, most) }
})

const iso = (walls: readonly number[]): string[] => walls.map((wall) => new Date(wall).toISOString().slice(0, 16))

test('the corpus has more than 300 cases', () => {
  assert.ok(cases.length > 300, `${cases.length}`)
})

for (const { name, lines, object, expected, found } of cases) {
  test(name, () => assert.deepEqual(iso(wallsOf(object, found)), iso(expected), lines.join('\n')))
}

test('dateutil agrees, but where a case says why it does not', { skip: lacksPython('dateutil') }, async () => {
  const questions = cases.map(({ object, most }) => question(object, most))
  const script = join(import.meta.dirname, 'agree.py')
  const answers = JSON.parse(
    await runWell(pythonWith('dateutil') ?? '', [script], { input: JSON.stringify(questions) }),
  ) as number[][]
  for (const [index, { name, lines, found, differs }] of cases.entries()) {
    const answer = iso(answers[index] ?? [])
    const why = `${name}\n${lines.join('\n')}`
    if (differs === undefined) assert.deepEqual(iso(found), answer, why)
    else assert.notDeepEqual(iso(found), answer, `they agree: ${why}`)
  }
})
