// What a test needs of the machine. A reason that names `apt-get install …` is gathered by `npm test` into one line.
import { accessSync, constants, existsSync, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian packages of programs that are called otherwise. */
const packages: Record<string, string> = {
  apache2: 'apache2-bin',
  fusermount3: 'fuse3',
  'mount.davfs': 'davfs2',
  'pebble-challtestsrv': 'pebble',
  postgres: 'postgresql',
}

/** Where Debian keeps programs that are not in everybody's PATH. */
const moreFolders = ['/usr/sbin', '/sbin', '/usr/libexec/litmus', ...globSync('/usr/lib/postgresql/*/bin')]

/** The path of a program, or undefined. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...moreFolders]
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** For a test's `skip`: why it cannot run without these programs, or false. */
export function lacks(...programs: string[]): string | false {
  const missing = programs.filter((name) => programPath(name) === undefined)
  if (missing.length === 0) return false
  const wanted = [...new Set(missing.map((name) => packages[name] ?? name))]
  return `needs ${missing.join(', ')} (apt-get install ${wanted.join(' ')})`
}

/** For a test's `skip`: why it cannot run as this user, or false. */
export const lacksRoot = (): string | false => (process.getuid?.() === 0 ? false : 'needs root')

/** For a test's `skip`: why no file system can be mounted here, or false. */
export function lacksFuse(): string | false {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK)
  } catch {
    return 'needs /dev/fuse, and the right to open it'
  }
  return lacks('fusermount3')
}
