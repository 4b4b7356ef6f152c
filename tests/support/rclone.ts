import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runWell } from './run.ts'
import type { TestTwin } from './twin.ts'

/**
 * Writes a configuration of rclone with the remotes `twin:` (which keeps the times of files) and `plain:` (a WebDAV
 * server like any other). Answers the arguments that name it and trust the twin.
 */
export async function configureRclone(
  twin: TestTwin,
  folder: string,
  password: string,
  name = 'ann',
): Promise<string[]> {
  const obscured = (await runWell('rclone', ['obscure', password])).trim()
  const remote = (remote: string, vendor: string) =>
    `[${remote}]\ntype = webdav\nurl = https://localhost:${twin.port}/dav/files/${name}/\nvendor = ${vendor}\nuser = ${name}\npass = ${obscured}\n`
  const config = join(folder, 'rclone.conf')
  const ca = join(folder, 'ca.pem')
  await writeFile(config, remote('twin', 'owncloud') + remote('plain', 'other'))
  await writeFile(ca, twin.ca)
  return ['--config', config, '--ca-cert', ca, '--retries', '1']
}
