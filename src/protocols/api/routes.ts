import * as appPasswords from './app-passwords.ts'
import * as connect from './connect.ts'
import * as devices from './devices.ts'
import * as events from './events.ts'
import * as links from './links.ts'
import * as me from './me.ts'
import * as members from './members.ts'
import type { Method } from './method.ts'
import * as sessions from './sessions.ts'
import * as subscriptions from './subscriptions.ts'
import * as zip from './zip.ts'

/** Every call, in the order of docs/api.md. `:` stands for one segment of the path. */
export const routes: Readonly<Record<string, Readonly<Record<string, Method>>>> = {
  '/api/link': { POST: links.look },
  '/api/setup': { POST: links.setUp },
  '/api/join': { POST: links.join },
  '/api/recover': { POST: links.recover },
  '/api/sign-in': { POST: sessions.signIn },
  '/api/sign-out': { POST: sessions.signOut },
  '/api/me': { GET: me.get, PATCH: me.update },
  '/api/me/password': { POST: me.changePassword },
  '/api/sessions': { GET: sessions.list, DELETE: sessions.endOthers },
  '/api/sessions/:': { DELETE: sessions.end },
  '/api/app-passwords': { GET: appPasswords.list, POST: appPasswords.create },
  '/api/app-passwords/:': { DELETE: appPasswords.revoke },
  '/api/devices': { GET: devices.get },
  '/api/devices/link': { POST: connect.link },
  '/api/members': { GET: members.list },
  '/api/members/invitations': { POST: members.invite },
  '/api/members/invitations/:': { DELETE: members.revokeInvitation },
  '/api/members/:': { PATCH: members.update, DELETE: members.remove },
  '/api/members/:/recovery-link': { POST: members.recoveryLink },
  '/api/subscriptions': { GET: subscriptions.list, POST: subscriptions.create },
  '/api/subscriptions/:/refresh': { POST: subscriptions.refresh },
  '/api/events': { GET: events.get },
  '/api/zip': { GET: zip.get },
}
