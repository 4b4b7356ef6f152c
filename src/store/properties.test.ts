import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestStore } from '../../tests/support/store.ts'
import type { Property } from './properties.ts'

const property = (name: string, value: string, language: string | null = null): Property => ({
  namespace: 'urn:example',
  name,
  value,
  language,
})

test('a dead property is given back as it was sent, and a later value takes its place', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  const value = '<x xmlns="a:b">\u00e9 e\u0301 \u{1f600} &amp;</x>'
  await store.write((tx) => store.properties.set(tx, 'node', 1, property('p', 'before')))
  await store.write((tx) => store.properties.set(tx, 'node', 1, property('p', value, 'de')))
  await store.write((tx) => store.properties.set(tx, 'node', 1, { ...property('p', 'other'), namespace: '' }))
  assert.deepEqual(await store.read((view) => store.properties.list(view, 'node', 1)), [
    property('p', value, 'de'),
    { ...property('p', 'other'), namespace: '' },
  ])
})

test('the properties of many items come in one answer, kinds apart', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  await store.write(async (tx) => {
    await store.properties.set(tx, 'node', 1, property('a', '1'))
    await store.properties.set(tx, 'node', 2, property('a', '2'))
    await store.properties.set(tx, 'calendar', 1, property('a', '3'))
  })
  const many = await store.read((view) => store.properties.listMany(view, 'node', [1, 2, 3]))
  assert.deepEqual(
    [...many].map(([id, [first]]) => [id, first?.value]),
    [
      [1, '1'],
      [2, '2'],
    ],
  )
})

test('a removed property is gone, and to remove one that is not there is said', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  await store.write((tx) => store.properties.set(tx, 'node', 1, property('a', '1')))
  const remove = () => store.write((tx) => store.properties.remove(tx, 'node', 1, property('a', '')))
  assert.deepEqual([await remove(), await remove()], [true, false])
})

test('a copy has the properties that the original has, and keeps them when that is forgotten', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  await store.write(async (tx) => {
    await store.properties.set(tx, 'node', 1, property('a', '1', 'en'))
    await store.properties.copy(tx, 'node', [
      { from: 1, to: 2 },
      { from: 3, to: 4 },
    ])
    await store.properties.forget(tx, 'node', [1])
  })
  assert.deepEqual(await store.read((view) => store.properties.list(view, 'node', 1)), [])
  assert.deepEqual(await store.read((view) => store.properties.list(view, 'node', 2)), [property('a', '1', 'en')])
})
