// Debian's Thunderbird in a display of its own, with a new profile that trusts the twin's authority.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lacks } from './lacks.ts'
import { Marionette } from './marionette.ts'
import { runWell } from './run.ts'

/** For a test's `skip`. */
export const lacksThunderbird = (): string | false => lacks('thunderbird', 'xvfb-run', 'xauth', 'certutil')

/** No mail account, no first steps, nothing from the network but what the test asks for. */
const settings = {
  'app.donation.eoy.version.viewed': 999,
  'app.update.enabled': false,
  'browser.shell.checkDefaultClient': false,
  'calendar.timezone.local': 'Europe/Stockholm',
  'calendar.timezone.useSystemTimezone': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.autoDisableScopes': 15,
  'extensions.systemAddon.update.enabled': false,
  'mail.provider.suppress_dialog_on_startup': true,
  'mail.rights.version': 1,
  'mail.shell.checkDefaultClient': false,
  'mail.spotlight.firstRunDone': true,
  'mail.winsearch.firstRunDone': true,
  'mailnews.start_page.enabled': false,
  'mailnews.start_page_override.mstone': 'ignore',
  'marionette.port': 0,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'signon.rememberSignons': true,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'toolkit.telemetry.enabled': false,
}

/** What the scripts of tests begin with. All waiting is for an event of the program. */
const prelude = `
  const { cal } = ChromeUtils.importESModule('resource:///modules/calendar/calUtils.sys.mjs')
  const { CalEvent } = ChromeUtils.importESModule('resource:///modules/CalEvent.sys.mjs')
  const { CalTodo } = ChromeUtils.importESModule('resource:///modules/CalTodo.sys.mjs')
  const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs')

  /** A window that is opened from now on, when its document is complete. */
  const opened = (url) => new Promise((resolve) => {
    const look = (win) => win.addEventListener('load', () => {
      if (win.location.href !== url) return
      Services.obs.removeObserver(look, 'domwindowopened')
      win.setTimeout(() => resolve(win))
    }, { once: true })
    Services.obs.addObserver(look, 'domwindowopened')
  })

  /** The first true answer of a condition on a document. */
  const until = (document, condition) => new Promise((resolve) => {
    const look = () => {
      const answer = condition()
      if (!answer) return false
      observer.disconnect()
      resolve(answer)
      return true
    }
    const observer = new document.defaultView.MutationObserver(look)
    if (!look()) observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  })

  const calendarNamed = (name) => cal.manager.getCalendars().find((calendar) => calendar.name === name)

  const bookNamed = (name) => MailServices.ab.directories.find(({ dirName }) => dirName === name)

  /** After an address book has looked at the server once more, or has done so when it is at it. */
  const synchronised = (book) => new Promise((resolve, reject) => {
    const { CardDAVDirectory } = ChromeUtils.importESModule('resource:///modules/CardDAVDirectory.sys.mjs')
    const done = (subject) => {
      if (subject.QueryInterface(Ci.nsIAbDirectory).UID !== book.UID) return
      Services.obs.removeObserver(done, 'addrbook-directory-synced')
      window.setTimeout(resolve) // it still counts as being at it
    }
    Services.obs.addObserver(done, 'addrbook-directory-synced')
    CardDAVDirectory.forFile(book.fileName).syncWithServer().catch(reject)
  })

  const type = (input, text) => {
    input.focus()
    input.value = text
    input.dispatchEvent(new input.ownerDocument.defaultView.Event('input', { bubbles: true }))
  }

  /** Calls for every change of a calendar that Thunderbird learns of, until it says true. */
  const watch = (calendar, look) => new Promise((resolve, reject) => {
    const again = () => look().then((answer) => {
      if (!answer) return
      calendar.removeObserver(observer)
      resolve(answer)
    }, reject)
    const nothing = () => {}
    const observer = {
      QueryInterface: ChromeUtils.generateQI(['calIObserver']),
      onAddItem: again, onModifyItem: again, onDeleteItem: again, onLoad: again,
      onStartBatch: nothing, onEndBatch: nothing, onError: nothing, onPropertyChanged: nothing, onPropertyDeleting: nothing,
    }
    calendar.addObserver(observer)
    again()
  })

  /** In the dialog that asks for a password. */
  const answer = ({ document }, password) => {
    document.getElementById('password1Textbox').value = password
    document.getElementById('commonDialog').getButton('accept').click()
  }
`

export type Thunderbird = Marionette & { readonly output: () => string }

/** Starts it with its profile below `folder`. */
export async function startThunderbird(folder: string, ca: string): Promise<Thunderbird> {
  const profile = join(folder, 'profile')
  await mkdir(profile)
  const lines = Object.entries(settings).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`)
  await writeFile(join(profile, 'user.js'), lines.join(''))
  await writeFile(join(folder, 'ca.pem'), ca)
  await runWell('certutil', ['-N', '-d', `sql:${profile}`, '--empty-password'])
  await runWell('certutil', ['-A', '-d', `sql:${profile}`, '-n', 'twin', '-t', 'C,,', '-i', join(folder, 'ca.pem')])

  const active = portOf(profile)
  const command = [
    '-a',
    '-s',
    '-screen 0 1280x900x24',
    'thunderbird',
    '--profile',
    profile,
    '--no-remote',
    '--marionette',
    '--remote-allow-system-access',
  ]
  const environment = {
    PATH: process.env.PATH,
    HOME: folder,
    TZ: 'Europe/Stockholm',
    LANG: 'C.UTF-8',
    NO_AT_BRIDGE: '1',
  }
  const program = spawn('xvfb-run', command, { env: environment, detached: true })
  let output = ''
  for (const stream of [program.stdout, program.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const exited = once(program, 'exit')
  const stop = async () => {
    if (program.exitCode === null && program.pid !== undefined) process.kill(-program.pid, 'SIGKILL')
    await exited
  }
  try {
    const early = exited.then(() => Promise.reject(new Error(`Thunderbird has ended: ${output}`)))
    const marionette = await Marionette.connect(await Promise.race([active, early]), prelude)
    early.catch(() => undefined)
    return Object.assign(marionette, { output: () => output, [Symbol.asyncDispose]: stop })
  } catch (error) {
    await stop()
    throw error
  }
}

/** Thunderbird chooses a free port, and writes which into its profile. */
async function portOf(profile: string): Promise<number> {
  for await (const _ of changes(profile)) {
    const port = Number(await readFile(join(profile, 'MarionetteActivePort'), 'utf8').catch(() => ''))
    if (port > 0) return port
  }
  throw new Error('The profile is gone')
}

async function* changes(folder: string): AsyncGenerator<unknown> {
  const watcher = watch(folder)
  try {
    for (;;) yield await once(watcher, 'change')
  } finally {
    watcher.close()
  }
}
