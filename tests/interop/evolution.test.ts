import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { lacks, lacksIntrospection } from '../support/lacks.ts'
import { runWell } from '../support/run.ts'
import { temporaryFolder } from '../support/store.ts'
import { createTestTwin, type TestTwin } from '../support/twin.ts'

const needed = {
  'EDataServer-1.2': 'gir1.2-edataserver-1.2',
  'ECal-2.0': 'gir1.2-ecal-2.0',
  'EBook-1.2': 'gir1.2-ebook-1.2',
}

/** What the twin shows to whoever connects: Evolution's list of trusted ones is of certificates, not of authorities. */
const certificateOf = async ({ port, ca }: TestTwin): Promise<string> => {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca })
  await once(socket, 'secureConnect')
  const lines = socket.getPeerCertificate().raw.toString('base64').replaceAll(/.{64}/g, '$&\n')
  socket.destroy()
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

test("Evolution's data server finds calendars, tasks and contacts by the host alone, and synchronises both ways", {
  skip: lacks('dbus-run-session') || lacksIntrospection('evolution-data-server', needed),
}, async () => {
  await using twin = await createTestTwin()
  await twin.account('ann', 'secret-words')
  await twin.account('bob', 'secret-words')
  await twin.store.write((tx) => twin.store.accounts.create(tx, { name: 'library', kind: 'room' }))
  await using folder = await temporaryFolder()
  const path = (name: string) => join(folder.path, name)
  await writeFile(path('ca.pem'), twin.ca)
  await writeFile(path('certificate.pem'), await certificateOf(twin))
  await mkdir(path('run'), { mode: 0o700 })
  const env = {
    HOME: folder.path,
    XDG_CACHE_HOME: path('cache'),
    XDG_CONFIG_HOME: path('config'),
    XDG_DATA_HOME: path('data'),
    XDG_RUNTIME_DIR: path('run'),
    GSETTINGS_BACKEND: 'memory',
    DISPLAY: '',
  }
  const script = join(import.meta.dirname, 'evolution.py')
  const address = `https://localhost:${twin.port}/`
  const command = ['--', '/usr/bin/python3', script, address, path('ca.pem'), path('certificate.pem')]
  assert.match(await runWell('dbus-run-session', command, { env, timeout: 60_000 }), /^done$/m)
})
