import type { Session } from './types.ts'

/** Ends what is still open. A connection that cannot even do that is lost, and the error that led here says why. */
export async function rollBack(session: Session): Promise<void> {
  try {
    if (session.inTransaction) await session.rollback()
  } catch {}
}
