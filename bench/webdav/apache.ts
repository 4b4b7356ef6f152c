// Debian's Apache with mod_dav over TLS, as a stranger would set it up: event MPM, files on the disk, no access
// log, the cheapest password hash that it has ({SHA}), nothing that slows it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Peer } from './peer.ts'

const program = '/usr/sbin/apache2'
const modules = '/usr/lib/apache2/modules'
const owner = { name: 'www-data', uid: 33, gid: 33 }

/** Who Apache runs as; it drops root's rights itself. */
export const apacheUser = (): { uid: number; gid: number } | undefined => (process.getuid?.() === 0 ? owner : undefined)

export const apacheIsInstalled = (): boolean => existsSync(program)

export type ApacheOptions = { folder: string; name: string; password: string }

/** Starts Apache in the foreground on two free ports: one that asks for the password and one that asks for nothing. */
export const startApache = async ({
  folder,
  name,
  password,
}: ApacheOptions): Promise<Peer & { openUrl: string; files: string }> => {
  const files = join(folder, 'files')
  await mkdir(files, { recursive: true })
  await chmod(folder, 0o755)
  const user = apacheUser()
  if (user) await chown(files, user.uid, user.gid)
  await makeCertificate(folder)
  const hash = createHash('sha1').update(password).digest('base64')
  await writeFile(join(folder, 'passwords'), `${name}:{SHA}${hash}\n`)
  const [port, openPort] = [await freePort(), await freePort()]
  await writeFile(
    join(folder, 'apache.conf'),
    configuration({ folder, files, port, openPort, isRoot: user !== undefined }),
  )
  await mkdir(join(folder, 'lock'))
  if (user) await chown(join(folder, 'lock'), user.uid, user.gid)
  const child = spawn(program, ['-f', join(folder, 'apache.conf'), '-D', 'FOREGROUND'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const url = `https://127.0.0.1:${port}/files/`
  await answers(url, child)
  return {
    name: 'Apache',
    url,
    openUrl: `https://127.0.0.1:${openPort}/files/`,
    files,
    pid: child.pid as number,
    close: () => end(child),
  }
}

const configuration = (of: {
  folder: string
  files: string
  port: number
  openPort: number
  isRoot: boolean
}): string => {
  const loaded = [
    'mpm_event',
    'authz_core',
    'authn_core',
    'authn_file',
    'auth_basic',
    'authz_user',
    'ssl',
    'alias',
    'dav',
    'dav_fs',
    'mime',
  ]
  const host = (port: number, rules: string) => `
<VirtualHost 127.0.0.1:${port}>
  SSLEngine on
  SSLCertificateFile ${of.folder}/certificate.pem
  SSLCertificateKeyFile ${of.folder}/key.pem
  <Directory ${of.files}>
    Dav On
    DavDepthInfinity Off
${rules}
  </Directory>
</VirtualHost>`
  return `ServerRoot ${of.folder}
ServerName 127.0.0.1
PidFile ${of.folder}/apache.pid
${loaded.map((module) => `LoadModule ${module}_module ${modules}/mod_${module}.so`).join('\n')}
${of.isRoot ? `User ${owner.name}\nGroup ${owner.name}` : ''}
Listen 127.0.0.1:${of.port}
Listen 127.0.0.1:${of.openPort}
ErrorLog ${of.folder}/error.log
LogLevel error
TypesConfig /etc/mime.types
DavLockDB ${of.folder}/lock/db
DocumentRoot ${of.folder}
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
TimeOut 600
EnableSendfile On
LimitRequestBody 0
<Directory />
  AllowOverride None
  Require all denied
</Directory>
${host(of.port, `    AuthType Basic\n    AuthName bench\n    AuthUserFile ${of.folder}/passwords\n    Require valid-user`)}
${host(of.openPort, '    Require all granted')}
`
}

export const makeCertificate = async (folder: string): Promise<void> => {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=127.0.0.1',
    ].concat(['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate]),
    { stdio: 'pipe' },
  )
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

const answers = async (url: string, child: ChildProcess): Promise<void> => {
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) throw new Error(`Apache ended with ${child.exitCode}`)
    const status = await new Promise<number>((resolve) => {
      const request = get(url, { rejectUnauthorized: false, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      request.on('error', () => setTimeout(() => resolve(0), 50))
    })
    if (status !== 0) return
  }
  throw new Error('Apache does not answer')
}

export const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
