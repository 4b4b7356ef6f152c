// Backup and check of a store, inside the running twin or over a store of one's own. The bytes of a backup travel as
// base64 items: the file is written by whoever asked, with their rights and where they are.
import { Writable } from 'node:stream'
import { writeBackup } from '../store/backup/write-backup.ts'
import type { Store } from '../store/store.ts'
import { verifyStore } from '../store/verify/verify.ts'
import type { ControlCommands } from './socket.ts'

export const maintenanceCommands = (store: Store): ControlCommands => ({
  backup(_values, { send, signal }) {
    const out = new Writable({
      write(chunk: Buffer, _encoding, done) {
        send(chunk.toString('base64')).then(() => done(), done)
      },
      signal,
    })
    return writeBackup(store, out)
  },
  verify: () => verifyStore(store),
})
