// What a test needs of the machine. A reason that names `apt-get install …` is gathered by `npm test` into one line.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian packages of programs that are called otherwise. */
const packages: Record<string, string> = {
  apache2: 'apache2-bin',
  certutil: 'libnss3-tools',
  'dbus-run-session': 'dbus-daemon',
  fusermount3: 'fuse3',
  mbsync: 'isync',
  'mount.davfs': 'davfs2',
  offlineimap: 'offlineimap3',
  'pebble-challtestsrv': 'pebble',
  postgres: 'postgresql',
  swaks: 'libnet-ssleay-perl swaks',
  'xvfb-run': 'xvfb',
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

/** A Python that has a module: the first in PATH, or else Debian's, for which `apt-get` installs. */
export const pythonWith = (module: string): string | undefined =>
  ['python3', '/usr/bin/python3'].find((path) => spawnSync(path, ['-c', `import ${module}`]).status === 0)

/** For a test's `skip`: why it cannot run without a module of Python, or false. */
export const lacksPython = (module: string): string | false =>
  pythonWith(module) ? false : `needs ${module} for Python (apt-get install python3-${module})`

/** For a test's `skip`: why Debian's Python cannot use what `service` offers; `bindings` are Debian's packages by their typelib. */
export function lacksIntrospection(service: string, bindings: Readonly<Record<string, string>>): string | false {
  const missing = Object.entries(bindings).filter(
    ([typelib]) => globSync(`/usr/lib/*/girepository-1.0/${typelib}.typelib`).length === 0,
  )
  const hasGi = spawnSync('/usr/bin/python3', ['-c', 'import gi']).status === 0
  const wanted = [...missing.map(([, name]) => name), ...(hasGi ? [] : ['python3-gi'])]
  if (!existsSync(`/usr/share/doc/${service}`)) wanted.push(service)
  return wanted.length > 0 && `needs ${service} (apt-get install ${wanted.sort().join(' ')})`
}
