import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestStore } from '../../../../tests/support/store.ts'
import { isDomainError } from '../../../errors.ts'
import { Store } from '../../store.ts'

test('a second twin on the same folder is refused, and admitted once the first has closed', async () => {
  await using opened = await openTestStore()
  const directory = opened.store.directory
  await assert.rejects(Store.open({ directory }), (error) => isDomainError(error, 'Conflict'))
  await opened.store.close()
  const second = await Store.open({ directory })
  await second.close()
})
