// axe-core on every view, light, dark and on a phone: nothing serious; and nothing is wider than the window.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { createPageTwin, lacksBrowser, type PageTwin, rowOf } from '../support/browser.ts'

const password = 'secret-words'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Look = BrowserContextOptions & { readonly rootSize?: string }
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const
const looks: Record<string, Look> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'a phone': phone,
  'a phone with text at 200 %': { ...phone, rootSize: '200%' },
  'a dark phone': { ...phone, colorScheme: 'dark' },
}

type View = { readonly path: string; readonly open?: (page: Page) => Promise<unknown> }
const box = (page: Page) => rowOf(page, 'notes.txt').locator('[data-part=check]').click()
const item = async (page: Page, name: string): Promise<void> => {
  await rowOf(page, 'notes.txt').locator('[data-part=menu]').click({ force: true })
  await page.getByRole('menuitem', { name }).click()
}
const files = async (page: Page, system: string): Promise<void> => {
  await page.getByRole('button', { name: 'Files', exact: true }).click()
  await page.getByRole('button', { name: system }).click()
}
const views: Record<string, View> = {
  'a folder': { path: 'files/', open: (page) => rowOf(page, 'notes.txt').waitFor() },
  'an empty folder': { path: 'files/Empty/', open: (page) => page.getByText('Nothing here yet').waitFor() },
  'a selection': { path: 'files/', open: box },
  'the menu of a file': {
    path: 'files/',
    open: async (page) => {
      await rowOf(page, 'notes.txt').locator('[data-part=menu]').click({ force: true })
      await page.getByRole('menuitem', { name: 'Versions' }).waitFor()
    },
  },
  'the versions of a file': { path: 'files/', open: (page) => item(page, 'Versions') },
  'where to move a file': { path: 'files/', open: (page) => item(page, 'Move') },
  'a notice': {
    path: 'files/',
    open: (page) => item(page, 'Delete').then(() => page.getByRole('button', { name: 'Undo' }).click()),
  },
  'a picture': { path: 'files/?open=dot.png', open: (page) => page.getByRole('img', { name: 'dot.png' }).waitFor() },
  'a text': { path: 'files/?open=notes.txt', open: (page) => page.getByText('some notes').waitFor() },
  'the trash': { path: 'trash' },
  'a search': { path: 'search?q=notes', open: (page) => rowOf(page, 'notes.txt').waitFor() },
  'a missing folder': { path: 'files/nowhere/', open: (page) => page.getByText('This folder is not there').waitFor() },
  'an address of nothing': {
    path: 'nothing',
    open: (page) => page.getByText('There is nothing at this address').waitFor(),
  },
  profile: { path: 'settings/profile', open: (page) => page.getByLabel('Your name').waitFor() },
  appearance: { path: 'settings/appearance' },
  devices: { path: 'settings/devices', open: (page) => files(page, 'Phone or tablet') },
  "a phone's calendars": {
    path: 'settings/devices',
    open: async (page) => {
      await page.getByRole('button', { name: 'Calendars and contacts' }).click()
      await page.getByRole('button', { name: 'Android' }).click()
    },
  },
  'the code of a profile': {
    path: 'settings/devices',
    open: async (page) => {
      await page.getByRole('button', { name: 'Calendars and contacts' }).click()
      await page.getByRole('button', { name: 'iPhone' }).click()
      await page.getByRole('button', { name: 'Show the code' }).click()
      await page.getByRole('link', { name: 'Open the link on this device' }).waitFor()
    },
  },
  security: { path: 'settings/security', open: (page) => page.getByText('This browser').waitFor() },
  members: { path: 'settings/members', open: (page) => page.getByRole('button', { name: 'Invite somebody' }).click() },
}

type Finding = { id: string; impact: string; nodes: { target: unknown; failureSummary: string }[] }

/** Waits for what fades in or out, inside components too: a menu half gone has the colours of neither. */
const settle = (page: Page): Promise<unknown> =>
  page.evaluate(`(async () => {
    for (;;) {
      const roots = [document]
      for (const root of roots)
        for (const element of root.querySelectorAll('*')) if (element.shadowRoot) roots.push(element.shadowRoot)
      const ending = roots
        .flatMap((root) => root.getAnimations())
        .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
      if (ending.length === 0) return
      await Promise.all(ending.map(({ finished }) => finished.catch(() => 0)))
      await new Promise(requestAnimationFrame)
    }
  })()`)

const examine = async (page: Page): Promise<void> => {
  await settle(page)
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: Finding[]
  }
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${JSON.stringify(target)} ${failureSummary}`),
    )
  assert.deepEqual(grave, [])
  assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, 'wider than the window')
}

describe('every view is for everybody', { skip: lacksBrowser() }, () => {
  let house: PageTwin
  before(async () => {
    house = await createPageTwin()
    await house.twin.account('ann', password, { isAdmin: true })
    const { page, context } = await house.signedIn('ann', password)
    const dot = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    )
    await page.locator('input#files').setInputFiles([
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('some notes') },
      { name: 'dot.png', mimeType: 'image/png', buffer: dot },
      { name: 'a film.mp4', mimeType: 'video/mp4', buffer: Buffer.from('no film') },
    ])
    await page.getByText('3 files are uploaded').first().waitFor()
    await page.evaluate("fetch('/dav/files/ann/Empty/', { method: 'MKCOL' })")
    await context.close()
  })
  after(async () => house[Symbol.asyncDispose]())

  for (const [look, { rootSize, ...options }] of Object.entries(looks)) {
    it(`in ${look}`, async (t) => {
      const { page, context } = await house.visit(options)
      if (rootSize !== undefined) {
        await page.addInitScript(
          `document.addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '${rootSize}' })`,
        )
      }
      await page.goto(`${house.twin.url}sign-in`)
      await page.getByLabel('Name for signing in').waitFor()
      await examine(page)
      await page.getByLabel('Name for signing in').fill('ann')
      await page.getByRole('textbox', { name: 'Password' }).fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'My files' }).waitFor()
      for (const [name, { path, open }] of Object.entries(views)) {
        await t.test(name, async () => {
          await page.goto(`${house.twin.url}${path}`)
          await page.getByRole('main').waitFor()
          await open?.(page)
          await examine(page)
        })
      }
      await t.test('the grid', async () => {
        await page.goto(`${house.twin.url}files/`)
        await page.getByRole('button', { name: 'Show as grid' }).click()
        await page.getByRole('option', { name: 'notes.txt' }).waitFor()
        await examine(page)
      })
      await context.close()
    })
  }
})
