import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { loadConfig } from '../config.ts'
import { collectionCommands } from '../control/collections.ts'
import { type Command, UsageError } from './command.ts'
import { onTheTwin } from './on-the-twin.ts'

const exportCollection: Command = {
  usage: 'export --account NAME --calendar|--address-book NAME',
  summary: 'write a calendar (.ics) or an address book (.vcf) to standard output, while the twin runs',
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { account: { type: 'string' }, calendar: { type: 'string' }, 'address-book': { type: 'string' } },
    })
    const { account, calendar, 'address-book': book } = values
    const name = calendar ?? book
    if (account === undefined || name === undefined || (calendar !== undefined && book !== undefined))
      throw new UsageError('export needs an account, and one calendar or one address book')
    await onTheTwin(loadConfig(), collectionCommands, {
      command: 'collection.export',
      values: { account, kind: calendar === undefined ? 'addressbook' : 'calendar', name },
      async onItem(item) {
        if (!process.stdout.write(Buffer.from(item as string, 'base64'))) await once(process.stdout, 'drain')
      },
    })
    return 0
  },
}

export default exportCollection
