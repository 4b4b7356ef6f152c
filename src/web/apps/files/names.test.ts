import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { emptyResource, type Resource } from '../../dav/multistatus.ts'
import { matching, NameIndex } from './names.ts'

const resource = (href: string, more: Partial<Resource> = {}): Resource => ({ ...emptyResource(), href, ...more })

type Answer = { resources: Resource[]; token: string; more?: boolean } | 'tooOld'

/** Plays the answers in turn and notes the tokens that were asked with. */
const server = (answers: Answer[]) => {
  const asked: string[] = []
  const changes = async (token: string, found: (resource: Resource) => void) => {
    asked.push(token)
    const answer = answers.shift()
    if (answer === undefined || answer === 'tooOld') return 'tooOld' as const
    answer.resources.forEach(found)
    return { token: answer.token, more: answer.more ?? false }
  }
  return { asked, changes }
}

const nobody = (): void => undefined

describe('the index of names', () => {
  it('asks on while the server cuts its report short', async () => {
    const { asked, changes } = server([
      { resources: [resource('/r/a')], token: '1', more: true },
      { resources: [resource('/r/b')], token: '2' },
    ])
    const index = new NameIndex(changes)
    await index.update(nobody)
    assert.deepEqual([...index.entries.keys()], ['/r/a', '/r/b'])
    assert.deepEqual(asked, ['', '1'])
  })

  it('forgets all that was in a folder that is gone, and nothing beside it', async () => {
    const { changes } = server([
      { resources: [resource('/r/d', { folder: true }), resource('/r/d/x'), resource('/r/dd')], token: '1' },
      { resources: [resource('/r/d', { status: 404 })], token: '2' },
    ])
    const index = new NameIndex(changes)
    await index.update(nobody)
    await index.update(nobody)
    assert.deepEqual([...index.entries.keys()], ['/r/dd'])
  })

  it('begins anew when its token is too old', async () => {
    const { asked, changes } = server([
      { resources: [resource('/r/old')], token: '1' },
      'tooOld',
      { resources: [resource('/r/new')], token: '9' },
    ])
    const index = new NameIndex(changes)
    await index.update(nobody)
    await index.update(nobody)
    assert.deepEqual([...index.entries.keys()], ['/r/new'])
    assert.deepEqual(asked, ['', '1', ''])
  })

  it('finds names by their words, whatever their accents, the beginnings first', async () => {
    const { changes } = server([
      {
        resources: ['/r/My%20R%C3%A9sum%C3%A9.pdf', '/r/resume%202.txt', '/r/other'].map((href) => resource(href)),
        token: '1',
      },
    ])
    const index = new NameIndex(changes)
    await index.update(nobody)
    assert.deepEqual(
      matching(index.entries.values(), 'RESUME', 10).map(({ name }) => name),
      ['resume 2.txt', 'My Résumé.pdf'],
    )
    assert.deepEqual(matching(index.entries.values(), ' ', 10), [])
  })
})
