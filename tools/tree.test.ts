import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { checks } from './check.ts'
import { root } from './project.ts'

suite('npm run check', { concurrency: 2 }, () => {
  for (const [name, check] of Object.entries(checks)) {
    test(name, async () => {
      const found = await check(root)
      assert.ok(found === '', found)
    })
  }
})
