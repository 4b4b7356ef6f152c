// A message is a text, or one text for each plural form; `{name}` stands for a value.
// The English catalogue defines the keys; every other one has exactly the same (a test says so).

export type Message = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>
export type Values = Readonly<Record<string, string | number>>

/** Chooses the plural form by `count` and fills in the values; numbers are written as the language writes them. */
export const say = (language: string, message: Message, values: Values = {}): string => {
  const count = values.count
  const text =
    typeof message === 'string'
      ? message
      : ((typeof count === 'number' ? message[new Intl.PluralRules(language).select(count)] : undefined) ??
        message.other)
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value
  })
}
