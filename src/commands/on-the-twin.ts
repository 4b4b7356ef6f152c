import type { Config } from '../config.ts'
import { type ControlCommands, callControl, NotRunning } from '../control/socket.ts'
import { openStore } from '../open-store.ts'
import type { Store } from '../store/store.ts'

/** The commands over a store; `url` is where people open the page, with a slash at the end. */
export type MakeCommands = (store: Store, url: string) => ControlCommands

/**
 * Has the running twin do a command; where none runs, opens the store and does it here.
 * Throws the command's DomainError.
 */
export async function onTheTwin(
  config: Config,
  make: MakeCommands,
  {
    command,
    values,
    onItem = () => {},
  }: { command: string; values: unknown; onItem?: (item: unknown) => void | Promise<void> },
): Promise<unknown> {
  try {
    return await callControl(config.data, command, values, onItem)
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
  }
  await using store = await openStore(config)
  const { signal } = new AbortController()
  const run = make(store, urlOf(config))[command]
  if (!run) throw new Error(`there is no command ${command}`)
  return await run(values, { signal, send: async (item) => onItem(item) })
}

/** Where people open the page of a twin with these settings. */
const urlOf = ({ domain, ports: { https } }: Config): string =>
  https === 443 || https === 0 ? `https://${domain}/` : `https://${domain}:${https}/`
