// Real Chromium on the page of a test twin. Whatever the browser complains of (a policy broken, an error thrown) fails the test.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { lacks, programPath } from './lacks.ts'
import { runWell } from './run.ts'
import { createTestTwin, type TestTwin } from './twin.ts'

const root = join(import.meta.dirname, '../..')
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** For a test's `skip`. */
export const lacksBrowser = (): string | false => lacks('chromium')

/** The page is built once for all tests of a run; a build takes a second. */
let built: Promise<unknown> | undefined
const buildPage = (): Promise<unknown> => {
  built ??= runWell(process.execPath, [
    join(root, 'node_modules/vite/bin/vite.js'),
    'build',
    '--config',
    join(root, 'src/web/vite.config.ts'),
  ])
  return built
}

export type Visit = { readonly context: BrowserContext; readonly page: Page }

export type PageTwin = AsyncDisposable & {
  readonly twin: TestTwin
  /** A browser of somebody who has never been here. */
  visit(options?: BrowserContextOptions): Promise<Visit>
  /** The same, signed in on the page. */
  signedIn(name: string, password: string, options?: BrowserContextOptions): Promise<Visit>
}

/** Expected: what the network log of the browser says of an answer that a test asks for. */
const harmless =
  /Failed to load resource: (the server responded with a status of (401|404|423|507)|net::ERR_INTERNET_DISCONNECTED)/

export async function createPageTwin(): Promise<PageTwin> {
  await buildPage()
  assert.ok(existsSync(join(root, 'dist/web/index.html')))
  const twin = await createTestTwin()
  const browser: Browser = await chromium.launch({ executablePath: programPath('chromium') ?? '', args })
  const complaints: string[] = []

  const visit = async (options: BrowserContextOptions = {}): Promise<Visit> => {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      locale: 'en-GB',
      viewport: { width: 1280, height: 800 },
      ...options,
    })
    context.setDefaultTimeout(20_000)
    context.on('page', (page) => {
      page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)))
      page.on('console', (message) => {
        if (message.type() === 'error' && !harmless.test(message.text())) complaints.push(message.text())
      })
    })
    return { context, page: await context.newPage() }
  }

  return {
    twin,
    visit,
    async signedIn(name, password, options) {
      const seen = await visit(options)
      await signIn(seen.page, twin.url, name, password)
      return seen
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await twin[Symbol.asyncDispose]()
      assert.deepEqual(complaints, [], 'the browser complains')
    },
  }
}

export async function signIn(page: Page, url: string, name: string, password: string): Promise<void> {
  await page.goto(url)
  await page.getByLabel('Name for signing in').fill(name)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'My files' }).waitFor()
}

/** The row of the list that has this name. */
export const rowOf = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) })

/** Chooses an entry by its box and presses one of the buttons over the list. */
export async function choose(page: Page, name: string, button: string): Promise<void> {
  await rowOf(page, name).locator('[data-part=check]').click()
  await page.getByRole('button', { name: button, exact: true }).locator('visible=true').first().click()
}
