// Server-sent events (HTML Living Standard §9.2): that something of the account's files changed, or that others share
// something or no longer do; never what. The page then asks as it always does, so a signal that is lost, late or doubled
// does no harm, and nothing is kept for a slow reader.
// A stream has a lifetime: the browser comes back by itself and shows its cookie again.
import { eventStream } from '../../limits.ts'
import { filesTopic } from '../../store/files/tree.ts'
import { sharesTopic } from '../../store/shares/shares.ts'
import { streamForMembers } from './method.ts'

export const get = streamForMembers(async ({ store, request, context, principal }, response) => {
  response.setHeader('Content-Type', 'text/event-stream')
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  response.write(`retry: ${eventStream.retryMilliseconds}\n\n`)
  let pending: NodeJS.Timeout | undefined
  const tell = () => {
    pending = undefined
    response.write('event: files\ndata: changed\n\n')
  }
  const forget = store.watch(filesTopic(principal.accountId), () => {
    pending ??= setTimeout(tell, eventStream.gatherMilliseconds)
  })
  const forgetShares = store.watch(sharesTopic(principal.accountId), () => {
    response.write('event: shares\ndata: changed\n\n')
  })
  const beat = setInterval(() => response.write(':\n\n'), eventStream.beatMilliseconds)
  const end = () => response.end()
  const over = setTimeout(end, eventStream.lifetimeMilliseconds)
  context.closing.addEventListener('abort', end)
  await new Promise((resolve) => response.once('close', resolve))
  forget()
  forgetShares()
  clearTimeout(pending)
  clearInterval(beat)
  clearTimeout(over)
  context.closing.removeEventListener('abort', end)
})
