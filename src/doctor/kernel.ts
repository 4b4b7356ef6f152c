import { readFile } from 'node:fs/promises'
import { inotifyWatchesWarning, openFilesWarning } from '../limits.ts'
import { type Check, type Finding, ok, warning } from './finding.ts'

/** What Linux lets one process have. Elsewhere there is nothing to say. */
export const checkKernel: Check = async () => {
  const findings: Finding[] = []
  const files = /^Max open files\s+(\d+|unlimited)/m.exec(await read('/proc/self/limits'))?.[1]
  if (files !== undefined) {
    const text = `${files} files may be open at once`
    const few = files !== 'unlimited' && Number(files) < openFilesWarning
    findings.push(
      few
        ? warning(text, `ulimit -n ${openFilesWarning}, or LimitNOFILE=${openFilesWarning} in conf/twin.service`)
        : ok(text),
    )
  }
  const watches = Number((await read('/proc/sys/fs/inotify/max_user_watches')) || Number.NaN)
  if (watches < inotifyWatchesWarning) {
    findings.push(
      warning(
        `only ${watches} folders may be watched`,
        `sysctl -w fs.inotify.max_user_watches=${inotifyWatchesWarning} (new certificates are found by a timer until then)`,
      ),
    )
  }
  return findings
}

const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
