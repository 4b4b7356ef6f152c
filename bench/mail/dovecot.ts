// Debian's Dovecot over TLS, as a stranger would set it up: one user, Maildir, its own defaults for everything else
// (`mail_fsync = optimized` syncs a message before it says OK).
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { end, freePort, makeCertificate } from '../webdav/apache.ts'
import type { MailPeer } from './peer.ts'

const program = '/usr/sbin/dovecot'

export const dovecotIsInstalled = (): boolean => existsSync(program)

/** Runs as root, who Dovecot drops to a user for what reads mail; resolves when it answers. */
export async function startDovecot(folder: string, login: { name: string; password: string }): Promise<MailPeer> {
  await mkdir(join(folder, 'mail'), { recursive: true })
  await chmod(folder, 0o755)
  await chmod(join(folder, 'mail'), 0o777)
  await makeCertificate(folder)
  await writeFile(join(folder, 'users'), `${login.name}:{PLAIN}${login.password}:65534:65534::${folder}/mail\n`)
  const port = await freePort()
  await writeFile(join(folder, 'dovecot.conf'), configuration(folder, port))
  const child = spawn(program, ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: ['ignore', 'inherit', 'inherit'] })
  return { name: 'Dovecot', port, close: () => end(child) }
}

const configuration = (folder: string, port: number): string => `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <${folder}/certificate.pem
ssl_key = <${folder}/key.pem
mail_location = maildir:${folder}/mail/%u
first_valid_uid = 1
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
mail_max_userip_connections = 2000
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = passwd-file
  args = ${folder}/users
}
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = ${port}
    ssl = yes
  }
  process_min_avail = 2
  client_limit = 2000
  service_count = 0
}
service imap {
  process_limit = 2000
  client_limit = 1
}
service anvil {
  client_limit = 5000
}
service auth {
  client_limit = 5000
}
protocol imap {
  mail_plugins =
}
`
