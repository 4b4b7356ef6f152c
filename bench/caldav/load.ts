// A new data folder with one account: node bench/caldav/load.ts <folder> <name> < password
import { text } from 'node:stream/consumers'
import { Store } from '../../src/store/store.ts'
import { createPerson } from '../../tests/support/people.ts'

const [directory = '', name = ''] = process.argv.slice(2)
await using store = await Store.open({ directory })
await createPerson(store, name, await text(process.stdin), { isAdmin: true })
