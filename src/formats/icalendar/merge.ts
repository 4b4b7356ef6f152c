// Many calendar objects as one stream (RFC 5545 §3.4): their components as they are, each zone once. Two objects may
// mean different things by one name that nobody knows; then the second zone gets a name of its own.
import { parameter } from '../content-line.ts'
import { type Component, parseComponents, writeComponent } from './component.ts'
import { CalendarSplitter } from './split.ts'
import { zoneByName } from './zones.ts'

export class CalendarMerger {
  /** The definition that each name was given in the stream. */
  readonly #zones = new Map<string, string>()

  /** What an object adds to the stream, as a byte a character. */
  add(object: Buffer): string {
    const splitter = new CalendarSplitter()
    splitter.push(object)
    return splitter
      .end()
      .map(({ components, zones }) => this.#join(components.join(''), zones()))
      .join('')
  }

  #join(components: string, zones: ReadonlyMap<string, string>): string {
    let before = ''
    let text = components
    for (const [tzid, definition] of zones) {
      const known = this.#zones.get(tzid)
      if (known === undefined) {
        this.#zones.set(tzid, definition)
        before += definition
      } else if (known !== definition && zoneByName(tzid) === undefined) {
        const name = this.#nameFor(tzid, definition)
        if (!this.#zones.has(name)) {
          before += renamed(definition, tzid, name)
          this.#zones.set(name, definition)
        }
        text = renamed(text, tzid, name)
      }
    }
    return before + text
  }

  #nameFor(tzid: string, definition: string): string {
    for (let number = 2; ; number++) {
      const name = `${tzid} (${number})`
      const known = this.#zones.get(name)
      if (known === undefined || known === definition) return name
    }
  }
}

/** Components with another name for a zone: folding and the case of names may differ from what was there. */
const renamed = (text: string, from: string, to: string): string =>
  parseComponents(text)
    .map((component) => writeComponent(rename(component, from, to)))
    .join('')

const rename = (component: Component, from: string, to: string): Component => ({
  ...component,
  properties: component.properties.map((line) => ({
    ...line,
    value: line.name === 'TZID' && line.value.trim() === from ? to : line.value,
    parameters:
      parameter(line, 'TZID') === from
        ? line.parameters.map((one) => (one.name === 'TZID' ? { ...one, values: [to] } : one))
        : line.parameters,
  })),
  components: component.components.map((inner) => rename(inner, from, to)),
})
