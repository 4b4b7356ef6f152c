// What cannot be run here is at least held against what there is: every path and command that these files name.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { loadConfig } from '../../src/config.ts'
import { lacks } from '../support/lacks.ts'
import { temporaryFolder } from '../support/store.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The TWIN_ variables that a file sets. */
const variables = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/\b(TWIN_[A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]))

describe('conf/twin.service', () => {
  const unit = read('conf/twin.service')

  it('sets what the twin knows', () => {
    const { TWIN_CONFIG: _, ...others } = variables(unit)
    assert.equal(loadConfig({ TWIN_CONFIG: join(root, 'conf/twin.toml'), ...others }).data, '/var/lib/twin')
  })

  it('is a unit that systemd takes', { skip: lacks('systemd-analyze') }, async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'twin.service')
    writeFileSync(
      file,
      unit.replaceAll('/opt/twin', root).replace('User=twin', 'User=root').replace('Group=twin', 'Group=root'),
    )
    execFileSync('systemd-analyze', ['verify', '--man=no', file], { stdio: 'pipe' })
  })
})

describe('conf/Dockerfile', () => {
  const dockerfile = read('conf/Dockerfile')

  it('copies what is there, and its ignore file lets all of it through', () => {
    const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '))
    const allowed = read('conf/Dockerfile.dockerignore')
    assert.ok(copied.length > 8)
    for (const name of copied) {
      assert.ok(existsSync(join(root, name)), `${name} is not there`)
      assert.match(allowed, new RegExp(`^!${name}(/|$)`, 'm'), `${name} is ignored`)
    }
  })

  it('has everything that the launcher asks for', () => {
    for (const path of [
      'bin/twin',
      'src/main.ts',
      'src/web/vite.config.ts',
      'prisma/migrations/sqlite',
      'conf/twin.toml',
    ]) {
      assert.ok(existsSync(join(root, path)))
      assert.match(dockerfile, new RegExp(`^COPY (.* )?${path.split('/')[0]} `, 'm'), path)
    }
  })

  it('sets what the twin knows, and exposes its ports', () => {
    const { ports, bind } = loadConfig({
      TWIN_CONFIG: join(root, 'conf/twin.toml'),
      ...variables(dockerfile.replaceAll(/^#.*$/gm, '')),
    })
    const exposed = /^EXPOSE (.*)$/m.exec(dockerfile)?.[1]?.split(' ').map(Number)
    assert.deepEqual(exposed?.sort(), Object.values(ports).sort())
    assert.equal(bind, '0.0.0.0')
  })
})

describe('docs/operations.md', () => {
  it('names commands, settings and metrics that there are', () => {
    const text = read('docs/operations.md')
    const commands = read('src/main.ts')
    for (const [, name] of text.matchAll(/\b(?:`|sudo .*|^)twin (backup|restore|verify|doctor|account)\b/gm)) {
      assert.ok(commands.includes(`${name}: () =>`), name)
    }
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(join('src', name)))
      .join('')
    for (const [name] of text.matchAll(/\btwin_[a-z_]+/g)) assert.ok(sources.includes(`'${name}'`), name)
  })
})
