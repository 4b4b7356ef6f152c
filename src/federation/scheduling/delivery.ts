// How a scheduling message gets to whom it is for. A delivery takes the addresses that are its own; what it does is part
// of the write that the message comes from, so that it happens once, or not at all. Mail puts it into its queue there.
import type { Message } from '../../formats/icalendar/itip/organizer.ts'
import type { Tx } from '../../store/store.ts'

/** RFC 6638 §3.2.9 */
export const delivered = '1.2'
export const invalidUser = '3.7'
export const noAuthority = '3.8'
export const undelivered = '5.1'

export type Delivery = {
  /** What became of it, as a SCHEDULE-STATUS; undefined for an address that is not this delivery's. It never throws. */
  deliver(tx: Tx, message: Message): Promise<string | undefined>
}

/** Asks one after the other; RFC 6638 §3.2.9: nobody takes it. */
export async function deliverBy(deliveries: readonly Delivery[], tx: Tx, message: Message): Promise<string> {
  for (const delivery of deliveries) {
    const status = await delivery.deliver(tx, message)
    if (status !== undefined) return status
  }
  return undelivered
}
