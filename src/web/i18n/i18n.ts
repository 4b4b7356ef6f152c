// The page's one language: chosen in Settings, else the browser's. A change re-renders every TwinElement.

import type { Key } from './en.ts'
import * as format from './format.ts'
import { type Message, say, type Values } from './messages.ts'

export type { Key } from './en.ts'

export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

const loaders: Record<Language, () => Promise<Record<Key, Message>>> = {
  en: async () => (await import('./en.ts')).en,
  de: async () => (await import('./de.ts')).de,
}

let catalogue: Partial<Record<Key, Message>> = {}
let current: Language = 'en'
/** The browser's own region decides how dates are written where its language is the chosen one. */
let locale = 'en'
const changes = new EventTarget()

const isLanguage = (value: string | null | undefined): value is Language =>
  value !== null && value !== undefined && value in languages

const fromBrowser = (): Language => navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en'

export const chosenLanguage = (): Language | undefined => {
  const stored = localStorage.getItem('twin.language')
  return isLanguage(stored) ? stored : undefined
}

/** `undefined` follows the browser. */
export const setLanguage = async (choice: Language | undefined): Promise<void> => {
  if (choice === undefined) localStorage.removeItem('twin.language')
  else localStorage.setItem('twin.language', choice)
  await loadLanguage()
}

export const loadLanguage = async (): Promise<void> => {
  current = chosenLanguage() ?? fromBrowser()
  catalogue = await loaders[current]()
  locale = navigator.languages.find((tag) => tag.startsWith(current)) ?? current
  document.documentElement.lang = current
  changes.dispatchEvent(new Event('change'))
}

export const language = (): Language => current

export const onLanguageChange = (listener: () => void): (() => void) => {
  changes.addEventListener('change', listener)
  return () => changes.removeEventListener('change', listener)
}

/** The text of a key in the page's language. */
export const t = (key: Key, values?: Values): string => {
  const message = catalogue[key]
  return message === undefined ? key : say(locale, message, values)
}

export const size = (bytes: number): string => format.formatSize(locale, bytes)
export const when = (at: number): string => format.formatWhen(locale, at, Date.now())
export const moment = (at: number): string => format.formatMoment(locale, at)
export const ago = (at: number): string => format.formatAgo(locale, at, Date.now())
export const percent = (fraction: number): string => format.formatPercent(locale, fraction)
export const number = (value: number): string => new Intl.NumberFormat(locale).format(value)
