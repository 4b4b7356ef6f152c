// POST among calendars means what it is sent to: the outbox asks for busy time, a calendar takes objects, an object
// takes attachments.

import type { CollectionResource } from '../collections/resource.ts'
import { type Exchange, locateRequest } from '../exchange.ts'
import { postAttachment } from './attachments/post-attachment.ts'
import { importObjects } from './import-objects.ts'
import { askBusyTime } from './scheduling/outbox.ts'
import { isOutbox } from './scheduling/resource.ts'

export const postToCalendars = async (exchange: Exchange): Promise<void> => {
  const { resource } = await exchange.store.read((view) => locateRequest(exchange, view))
  if (resource !== undefined && isOutbox(resource)) await askBusyTime(exchange, resource)
  else if ((resource as CollectionResource | undefined)?.level === 'item') await postAttachment(exchange)
  else await importObjects(exchange)
}
