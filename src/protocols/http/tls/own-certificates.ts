// Certificates that the owner puts into certs/: any file with PEM in it. A certificate finds its key by the key, not
// by its name, so that certbot's, lego's and a hoster's downloads work as they come. What cannot be used is named
// with its mend and takes nothing else down.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownCertificateBytes, ownCertificateFiles } from '../../../limits.ts'
import { certificateBlocks, keyBlocks, type Pair, pairOf } from './pair.ts'

export type Problem = {
  readonly file: string
  /** What is wrong and what to do, one line. */
  readonly message: string
}

export type OwnCertificates = {
  readonly pairs: readonly Pair[]
  readonly problems: readonly Problem[]
  /** Changes when the content of any file does. */
  readonly fingerprint: string
}

const extensions = /\.(pem|crt|cer|key)$/i

const readPems = async (directory: string, problems: Problem[]): Promise<Map<string, string>> => {
  const pems = new Map<string, string>()
  let names: string[]
  try {
    names = (await readdir(directory)).filter((name) => extensions.test(name)).sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') {
      problems.push({ file: directory, message: `cannot be listed (${code}): let the twin's user read this folder` })
    }
    return pems
  }
  if (names.length > ownCertificateFiles) {
    problems.push({ file: directory, message: `holds more than ${ownCertificateFiles} files: remove old ones` })
  }
  for (const name of names.slice(0, ownCertificateFiles)) {
    const file = join(directory, name)
    try {
      const pem = await readFile(file, 'latin1')
      if (pem.length > ownCertificateBytes)
        problems.push({ file, message: 'is too large for a certificate: remove it' })
      else pems.set(file, pem)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const mend = code === 'EACCES' ? "let the twin's user read it (chown or chmod)" : 'put the file there again'
      problems.push({ file, message: `cannot be read (${code}): ${mend}` })
    }
  }
  return pems
}

const readKeys = (pems: ReadonlyMap<string, string>, problems: Problem[]): KeyObject[] => {
  const keys: KeyObject[] = []
  for (const [file, pem] of pems) {
    for (const block of keyBlocks(pem)) {
      try {
        keys.push(createPrivateKey(block))
      } catch {
        const encrypted = /BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(block)
        problems.push({
          file,
          message: encrypted
            ? 'holds a key with a passphrase: write it without one (openssl pkey -in FILE -out FILE.key)'
            : 'holds a key that cannot be parsed: put the original file there again',
        })
      }
    }
  }
  return keys
}

/** The leaf of a file and the chain that leads up from it; files of authorities alone have no leaf. */
const readChain = (pem: string): { leaf: X509Certificate; chain: string[] } | undefined => {
  const chain = certificateBlocks(pem)
  if (chain[0] === undefined) return undefined
  const leaf = new X509Certificate(chain[0])
  return leaf.ca && !leaf.checkIssued(leaf) ? undefined : { leaf, chain }
}

/** Reads all of `directory`; one that is not there is empty. */
export const readOwnCertificates = async (directory: string): Promise<OwnCertificates> => {
  const problems: Problem[] = []
  const pems = await readPems(directory, problems)
  const keys = readKeys(pems, problems)
  const pairs: Pair[] = []
  for (const [file, pem] of pems) {
    try {
      const found = readChain(pem)
      if (found === undefined) {
        const empty = keyBlocks(pem).length === 0 && certificateBlocks(pem).length === 0
        if (empty)
          problems.push({ file, message: 'holds no PEM certificate and no key: convert it to PEM or remove it' })
        continue
      }
      const key = keys.find((candidate) => found.leaf.checkPrivateKey(candidate))
      if (key !== undefined) pairs.push(pairOf('own', file, found.chain, key))
      else if (!found.leaf.ca) {
        problems.push({
          file,
          message: 'has no private key that belongs to it in this folder: put its key file beside it',
        })
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      problems.push({
        file,
        message: `holds a certificate that cannot be used (${reason}): put the original file there again`,
      })
    }
  }
  return { pairs, problems, fingerprint: JSON.stringify([...pems, problems]) }
}
