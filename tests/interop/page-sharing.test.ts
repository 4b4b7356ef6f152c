// A folder shared from the page: chosen, offered, accepted, looked at, taken back; and nothing serious for axe-core.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { choose, createPageTwin, lacksBrowser, rowOf } from '../support/browser.ts'

const skip = lacksBrowser()
const password = 'secret-words'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const requireAccessible = async (page: Page, what: string): Promise<void> => {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[]
  }
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
    [],
    what,
  )
}

test('a folder is shared, accepted, edited together and taken back', { skip }, async () => {
  await using house = await createPageTwin()
  await house.twin.account('ann', password)
  await house.twin.account('bob', password)
  const { page: ann } = await house.signedIn('ann', password)
  await ann.getByRole('button', { name: 'New folder' }).locator('visible=true').first().click()
  await ann.getByLabel('Name of the folder').fill('Plans')
  await ann.getByRole('button', { name: 'Create', exact: true }).click()
  await rowOf(ann, 'Plans').waitFor()
  await ann.getByRole('button', { name: 'Share', exact: true }).locator('visible=true').first().click() // it is chosen
  const dialog = ann.locator('twin-share-dialog')
  await dialog.getByText('Nobody else sees this folder.').waitFor()
  await dialog.getByLabel('Share with').fill('bo')
  await dialog.getByRole('button', { name: 'bob' }).click()
  await dialog.getByText('(invited)').waitFor()
  await dialog.getByLabel('What bob may do').selectOption('can edit')
  await requireAccessible(ann, 'the dialog')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await rowOf(ann, 'Plans').getByLabel('Shared with others').waitFor()

  const { page: bob } = await house.signedIn('bob', password)
  await bob.getByText('ann wants to share the folder “Plans” with you').waitFor()
  await requireAccessible(bob, 'an invitation')
  await bob.getByRole('button', { name: 'Accept' }).click()
  await rowOf(bob, 'Plans').getByLabel('Shared with you').waitFor()
  await rowOf(bob, 'Plans').locator('[data-part=open]').click()
  await bob
    .locator('input#files')
    .setInputFiles([{ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') }])
  await rowOf(bob, 'a.txt').waitFor()
  await rowOf(ann, 'Plans').locator('[data-part=open]').click()
  await rowOf(ann, 'a.txt').waitFor()

  await ann.goBack()
  await choose(ann, 'Plans', 'Share')
  await dialog.getByRole('button', { name: 'Stop sharing with bob' }).click()
  await dialog.getByText('Nobody else sees this folder.').waitFor()
  await bob.goBack()
  await rowOf(bob, 'Plans').waitFor({ state: 'detached' })
})

test('an invitation is declined, and what was accepted is left', { skip }, async () => {
  await using house = await createPageTwin()
  const owner = await house.twin.account('ann', password)
  const accountId = await house.twin.account('bob', password)
  const { store } = house.twin
  const offer = (name: string) =>
    store.write(async (tx) => {
      const { id: parentId } = await store.files.root(tx, owner)
      const { id: itemId } = await store.files.mkdir(tx, { accountId: owner, parentId, name })
      await store.shares.invite(tx, { ownerId: owner, kind: 'node', itemId }, { accountId, access: 'read' })
    })
  await offer('One')
  const { page } = await house.signedIn('bob', password)
  await page.getByRole('button', { name: 'Decline' }).click()
  await page.getByText('You declined “One”').first().waitFor()
  await offer('Two')
  await page.getByText('“Two” with you').waitFor()
  await page.getByRole('button', { name: 'Accept' }).click()
  await rowOf(page, 'Two').waitFor()
  await choose(page, 'Two', 'Leave')
  await rowOf(page, 'Two').waitFor({ state: 'detached' })
  await page.getByText('You left “Two”').first().waitFor()
})
