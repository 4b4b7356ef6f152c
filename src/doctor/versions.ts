import { sqliteMinimum } from '../limits.ts'
import { readSchemaState } from '../store/schema-state.ts'
import { type Check, ok, wrong } from './finding.ts'

const nodeMajor = 24

export const checkVersions: Check = async ({ config }) => {
  const { node, sqlite } = process.versions
  const findings = [
    Number.parseInt(node, 10) >= nodeMajor
      ? ok(`Node ${node}`)
      : wrong(`Node ${node} is too old`, `start the twin with bin/twin, which gets Node ${nodeMajor} by itself`),
    isAtLeast(sqlite ?? '0', sqliteMinimum)
      ? ok(`SQLite ${sqlite}`)
      : wrong(
          `SQLite ${sqlite} can corrupt a database under a checkpoint`,
          `use a newer Node ${nodeMajor}: it brings SQLite ${sqliteMinimum} or newer`,
        ),
  ]
  if (config.database !== undefined) return findings
  const schema = readSchemaState(config.data)
  if (schema.state === 'newer') {
    findings.push(
      wrong(
        `the data were written by a newer twin (migration ${schema.migration})`,
        'start that version, or restore a backup made before it',
      ),
    )
  } else findings.push(ok(schemaText[schema.state]))
  return findings
}

const schemaText = {
  none: 'no data yet: the first start makes them',
  older: 'the data are of an older version: the next start brings them up to date (make a backup first)',
  current: 'the data fit this version',
}

/** Compares dotted numbers. */
export const isAtLeast = (version: string, minimum: string): boolean => {
  const parts = version.split('.').map(Number)
  for (const [index, wanted] of minimum.split('.').map(Number).entries()) {
    const part = parts[index] ?? 0
    if (part !== wanted) return part > wanted
  }
  return true
}
