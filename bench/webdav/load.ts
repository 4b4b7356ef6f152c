// Fills a new data folder: node bench/webdav/load.ts <folder> <name> < password
import { text } from 'node:stream/consumers'
import { Store } from '../../src/store/store.ts'
import { createPerson } from '../../tests/support/people.ts'
import { fileName, folders, member, small, tree } from './fill.ts'

const [directory = '', name = ''] = process.argv.slice(2)
const filesInOneWrite = 500

await using store = await Store.open({ directory })
const { id: accountId } = await createPerson(store, name, await text(process.stdin), { isAdmin: true })

const makeFolder = async (parentId: number, name: string, files: number): Promise<number> => {
  const folder = await store.write((tx) => store.files.mkdir(tx, { accountId, parentId, name }))
  const staged = store.blobs.small(member)
  for (let first = 0; first < files; first += filesInOneWrite) {
    const last = Math.min(first + filesInOneWrite, files)
    await store.write(async (tx) => {
      for (let index = first; index < last; index++) {
        const file = { accountId, parentId: folder.id, name: fileName(index), staged, contentType: 'text/plain' }
        await store.files.put(tx, file)
      }
    })
  }
  return folder.id
}

const root = await store.read((view) => store.files.root(view, accountId))
await store.write((tx) =>
  store.files.put(tx, {
    accountId,
    parentId: root.id,
    name: 'small.txt',
    staged: store.blobs.small(small),
    contentType: 'text/plain',
  }),
)
for (const [name, count] of Object.entries(folders)) await makeFolder(root.id, name, count)
const treeId = await makeFolder(root.id, 'tree', 0)
for (let folder = 0; folder < tree.folders; folder++) await makeFolder(treeId, `folder-${folder}`, tree.filesInEach)
