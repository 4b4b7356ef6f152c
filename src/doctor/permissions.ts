import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Check, type Finding, ok, wrong } from './finding.ts'

const privateBits = 0o077

/** Keys and the database are readable by nobody but the twin's own user, and belong to it. */
export const checkPermissions: Check = async ({ config }) => {
  const findings: Finding[] = []
  const paths = [config.data, join(config.data, 'keys'), ...(await keyFiles(config.data))]
  const user = process.getuid?.()
  for (const path of paths) {
    const found = await lstat(path).catch(() => undefined)
    if (!found) continue
    if (found.mode & privateBits && !isPublic(path)) {
      const mode = (found.mode & 0o777).toString(8)
      findings.push(
        wrong(`${path} can be read by others (mode ${mode})`, `chmod ${found.isDirectory() ? 700 : 600} ${path}`),
      )
    }
    if (user !== undefined && user !== 0 && found.uid !== user) {
      findings.push(
        wrong(`${path} belongs to user ${found.uid}, and this is user ${user}`, `chown -R ${user} ${config.data}`),
      )
    }
  }
  return findings.length > 0 ? findings : [ok('the keys are readable by the twin alone')]
}

/** A certificate is for everybody to see. */
const isPublic = (path: string): boolean => path.endsWith('.crt')

async function keyFiles(data: string): Promise<string[]> {
  const folder = join(data, 'keys')
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  return names.map((name) => join(folder, name))
}
