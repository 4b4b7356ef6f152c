// What a call of the API is made of. A method says who may call it and what its body holds; `server.ts` sees to both
// before it runs.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '../../store/accounts/principal.ts'
import type { Store } from '../../store/store.ts'
import type { Context } from '../http/router.ts'
import type { Shape, Shaped } from './validate.ts'

/** The session that a call starts (its cookie is set), or null for the one it ends. */
export type SessionChange = { token: string; expiresAt: number } | null

export type Answer = { status?: number; body?: unknown; session?: SessionChange }

export type Call<B> = {
  store: Store
  request: IncomingMessage
  context: Context
  /** The variable segment of the path, decoded. */
  parameter: string
  /** `https://` and the host by which the browser reached the twin. */
  origin: string
  body: B
}

export type SignedIn<B> = Call<B> & { principal: Principal }

type Needs<S extends Shape> = { readonly body?: S }

export type Method =
  | { who: 'anybody'; body?: Shape; run: (call: Call<never> & { principal?: Principal }) => Promise<Answer> }
  | { who: 'member' | 'owner'; body?: Shape; run: (call: SignedIn<never>) => Promise<Answer> }
  | { who: 'member'; stream: (call: SignedIn<undefined>, response: ServerResponse) => Promise<void> }

/** May be called without a session; `principal` is there when there is one. */
export const forAnybody = <const S extends Shape>(
  needs: Needs<S>,
  run: (call: Call<Shaped<S>> & { principal?: Principal }) => Promise<Answer>,
): Method => ({ who: 'anybody', ...needs, run: run as never })

export const forMembers = <const S extends Shape>(
  needs: Needs<S>,
  run: (call: SignedIn<Shaped<S>>) => Promise<Answer>,
): Method => ({ who: 'member', ...needs, run: run as never })

/** For admins. */
export const forOwners = <const S extends Shape>(
  needs: Needs<S>,
  run: (call: SignedIn<Shaped<S>>) => Promise<Answer>,
): Method => ({ who: 'owner', ...needs, run: run as never })

/** Answers by itself, as a stream. */
export const streamForMembers = (
  stream: (call: SignedIn<undefined>, response: ServerResponse) => Promise<void>,
): Method => ({ who: 'member', stream })
