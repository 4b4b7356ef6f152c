// Settings, "Connect a device", in real Chromium: what it hands out opens what it says, and nothing else.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { APIRequestContext, Page } from 'playwright-core'
import { createPageTwin, lacksBrowser } from '../support/browser.ts'

const skip = lacksBrowser()
const password = 'secret-words'
/** All of the view at once. */
const tall = { viewport: { width: 1280, height: 1500 } }
const shots = process.env.TWIN_TEST_SCREENSHOTS

const shoot = async (page: Page, name: string): Promise<void> => {
  if (shots === undefined) return
  await mkdir(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}

const status = async (request: APIRequestContext, url: string, name: string, secret: string): Promise<number> => {
  const authorization = `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
  const headers = { authorization, depth: '0', cookie: '' }
  return (await request.fetch(url, { method: 'PROPFIND', headers })).status()
}

test("an Android phone's code opens DAVx5 with a password that is good for calendars and contacts alone", {
  skip,
}, async () => {
  await using house = await createPageTwin()
  await house.twin.account('ann', password)
  const { page, context } = await house.signedIn('ann', password, tall)
  await page.goto(`${house.twin.url}settings/devices`)
  await page.getByRole('button', { name: 'Calendars and contacts' }).click()
  await page.getByRole('button', { name: 'Android' }).click()
  await page.getByLabel('Name of the device').fill('Phone')
  await page.getByRole('button', { name: 'Create password' }).click()
  await page.getByText('Password for “Phone”').waitFor()
  await page.getByRole('img', { name: 'QR code with the address' }).waitFor()
  await shoot(page, 'android')

  const link = await page.getByRole('link', { name: 'Open in DAVx5' }).getAttribute('href')
  const [, secret = '', address = ''] = /^davx5:\/\/ann:([\w-]+)@(.+)$/.exec(link ?? '') ?? []
  const url = `https://${address}`
  assert.equal(url, `${house.twin.url}dav/`)
  assert.equal(await status(context.request, `${url}calendars/ann/`, 'ann', secret), 207)
  assert.equal(await status(context.request, `${url}contacts/ann/`, 'ann', secret), 207)
  assert.equal(await status(context.request, `${url}files/ann/`, 'ann', secret), 403)

  await page.getByRole('button', { name: 'Files', exact: true }).click()
  assert.equal(await page.getByText(secret).count(), 0, 'what opens calendars is not offered for files')
})

test('an iPhone gets its profile by a link that works once, and stands in the list with a password of its own', {
  skip,
}, async () => {
  await using house = await createPageTwin()
  await house.twin.account('ann', password)
  const { page, context } = await house.signedIn('ann', password, tall)
  await page.goto(`${house.twin.url}settings/devices`)
  await page.getByRole('button', { name: 'Calendars and contacts' }).press('Enter')
  await page.getByRole('button', { name: 'iPhone' }).press('Enter')
  assert.equal(await page.getByLabel('Name of the device').isVisible(), false, 'nothing is typed')
  await page.getByRole('button', { name: 'Show the code' }).press('Enter')
  await page.getByRole('img', { name: 'QR code with the link to the profile' }).waitFor()
  await shoot(page, 'apple')
  const link = await page.getByRole('link', { name: 'Open the link on this device' }).getAttribute('href')
  const phone = { headers: { 'user-agent': 'Mozilla/5.0 (iPhone)', cookie: '' } }
  const answer = await context.request.get(link ?? '', phone)
  assert.deepEqual([answer.status(), answer.headers()['content-type']], [200, 'application/x-apple-aspen-config'])
  assert.equal((await context.request.get(link ?? '', phone)).status(), 404)
  await page.reload()
  await page.getByRole('button', { name: 'Remove iPhone' }).waitFor()
})

test('every system has its steps, in both languages, on a wide screen and on a phone', { skip }, async () => {
  await using house = await createPageTwin()
  await house.twin.account('ann', password)
  const looks = {
    light: { colorScheme: 'light' },
    dark: { colorScheme: 'dark' },
    phone: { viewport: { width: 390, height: 844 } },
    german: { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  } as const
  for (const [look, options] of Object.entries(looks)) {
    const { page, context } = await house.signedIn('ann', password, options)
    const german = look === 'german'
    if (german) await page.evaluate(`localStorage.setItem('twin.language', 'de')`)
    await page.goto(`${house.twin.url}settings/devices`)
    await page.getByRole('button', { name: german ? 'Kalender und Kontakte' : 'Calendars and contacts' }).click()
    for (const system of ['iPhone, iPad, Mac', 'Android', 'Thunderbird', 'Linux (GNOME)']) {
      await page.getByRole('button', { name: system }).click()
      assert.equal(await page.locator('ol li').count(), 3)
      assert.doesNotMatch(await page.locator('ol').innerText(), /guide\./, 'each step has words')
      await shoot(page, `${look}-${system.split(/[, ]/)[0]}`)
    }
    const wide = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth')
    assert.equal(wide, false, 'nothing is wider than the window')
    await context.close()
  }
})
