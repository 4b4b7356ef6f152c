// Lua for wrk (bench/webdav/clients.ts), which is cheap enough to be no part of what is measured.
import type { Ask } from './client.ts'

const quoted = (text: string): string => `[==[${text}]==]`

const table = ({ method, path, headers = {}, body = '' }: Ask): string => {
  const fields = Object.entries(headers).map(([name, value]) => `[ ${quoted(name)} ] = ${quoted(value)}`)
  return `{ ${quoted(method)}, ${quoted(path)}, { ${fields.join(', ')} }, ${quoted(body)} }`
}

/** Sends the requests in turn. `{n}` in a path or a body is the number of the request. */
export const inTurn = (asks: readonly Ask[]): string => `
local asks = { ${asks.map(table).join(',\n')} }
local count = 0
function init()
  for _, ask in ipairs(asks) do
    for name, value in pairs(wrk.headers) do ask[3][name] = value end
  end
end
function request()
  count = count + 1
  local ask = asks[(count - 1) % #asks + 1]
  local number = string.format("%d", count)
  return wrk.format(ask[1], (ask[2]:gsub("{n}", number)), ask[3], (ask[4]:gsub("{n}", number)))
end
`
