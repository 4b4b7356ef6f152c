// Dead properties (RFC 4918 §4): whatever a client wants kept with a resource, as it was sent.
// A resource is a kind ('node', …) and the id of its row, so a move of any tree leaves them where they are.
import { prepared } from './engine/prepared.ts'
import type { Tx, View } from './engine/types.ts'

export type PropertyName = { namespace: string; name: string }
/** `value` is the XML inside the property's element with the namespaces it needs; `language` its xml:lang. */
export type Property = PropertyName & { value: string; language: string | null }

const of = prepared((db, p: { kind: string; itemId: number }) =>
  db
    .selectFrom('property')
    .select(['namespace', 'name', 'value', 'language'])
    .where('kind', '=', p.kind)
    .where('itemId', '=', p.itemId)
    .orderBy('id'),
)

const upsert = prepared((db, p: Property & { kind: string; itemId: number }) =>
  db
    .insertInto('property')
    .values({
      kind: p.kind,
      itemId: p.itemId,
      namespace: p.namespace,
      name: p.name,
      value: p.value,
      language: p.language,
    })
    .onConflict((conflict) =>
      conflict.columns(['kind', 'itemId', 'namespace', 'name']).doUpdateSet({ value: p.value, language: p.language }),
    ),
)

const removeOne = prepared((db, p: PropertyName & { kind: string; itemId: number }) =>
  db
    .deleteFrom('property')
    .where('kind', '=', p.kind)
    .where('itemId', '=', p.itemId)
    .where('namespace', '=', p.namespace)
    .where('name', '=', p.name),
)

const any = prepared((db, _: object) => db.selectFrom('property').select('id').limit(1))

export class Properties {
  list(view: View, kind: string, itemId: number): Promise<Property[]> {
    return of.all(view, { kind, itemId })
  }

  /** Of many items in one query; an item without any has no entry. */
  async listMany(view: View, kind: string, itemIds: readonly number[]): Promise<Map<number, Property[]>> {
    const found = new Map<number, Property[]>()
    if (itemIds.length === 0 || !(await any.first(view, {}))) return found
    const rows = await view.db
      .selectFrom('property')
      .select(['itemId', 'namespace', 'name', 'value', 'language'])
      .where('kind', '=', kind)
      .where('itemId', 'in', itemIds)
      .orderBy('id')
      .execute()
    for (const { itemId, ...property } of rows) {
      const properties = found.get(itemId)
      if (properties) properties.push(property)
      else found.set(itemId, [property])
    }
    return found
  }

  async set(tx: Tx, kind: string, itemId: number, property: Property): Promise<void> {
    await upsert.run(tx, { kind, itemId, ...property })
  }

  /** False when there was none of that name. */
  async remove(tx: Tx, kind: string, itemId: number, { namespace, name }: PropertyName): Promise<boolean> {
    return (await removeOne.run(tx, { kind, itemId, namespace, name })) > 0
  }

  /** Gives the copy of an item what the item has. The copy must have none. */
  async copy(tx: Tx, kind: string, pairs: readonly { from: number; to: number }[]): Promise<void> {
    const properties = await this.listMany(
      tx,
      kind,
      pairs.map(({ from }) => from),
    )
    for (const { from, to } of pairs) {
      for (const property of properties.get(from) ?? []) await this.set(tx, kind, to, property)
    }
  }

  /** Forgets all properties of items that are gone for good. */
  async forget(tx: Tx, kind: string, itemIds: readonly number[]): Promise<void> {
    if (itemIds.length === 0) return
    await tx.db.deleteFrom('property').where('kind', '=', kind).where('itemId', 'in', itemIds).execute()
  }
}
