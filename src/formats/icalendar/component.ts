// An iCalendar object as a tree of components (RFC 5545 §3.4 to §3.6). Properties keep their order and their values
// as sent, so that what is written again differs from what was read by folding alone.
import { DomainError } from '../../errors.ts'
import { icalendarComponents, icalendarDepth } from '../../limits.ts'
import { type ContentLine, parseContentLine, unfold, writeContentLine } from '../content-line.ts'

export type Property = ContentLine

export type Component = {
  /** In capitals: VCALENDAR, VEVENT, … */
  name: string
  properties: Property[]
  components: Component[]
}

/**
 * Parses one VCALENDAR.
 *
 * @throws DomainError BadRequest when the text is not one iCalendar object, TooLarge above the bounds.
 */
export function parseCalendar(text: string): Component {
  const [calendar, ...more] = parseComponents(text)
  if (calendar?.name !== 'VCALENDAR') throw new DomainError('BadRequest', 'This is no iCalendar object')
  if (more.length > 0) throw new DomainError('BadRequest', 'There is more than one iCalendar object')
  return calendar
}

/** All components at the top of a stream (RFC 5545 §3.4: there may be several objects). */
export function parseComponents(text: string): Component[] {
  const top: Component[] = []
  const open: Component[] = []
  let count = 0
  for (const line of unfold(text)) {
    const property = parseContentLine(line)
    const current = open.at(-1)
    if (property.name === 'BEGIN') {
      if (open.length >= icalendarDepth || ++count > icalendarComponents) {
        throw new DomainError('TooLarge', 'There are too many components')
      }
      const component = { name: property.value.trim().toUpperCase(), properties: [], components: [] }
      ;(current?.components ?? top).push(component)
      open.push(component)
    } else if (property.name === 'END') {
      if (open.pop()?.name !== property.value.trim().toUpperCase()) {
        throw new DomainError('BadRequest', `END:${property.value.slice(0, 60)} closes nothing`)
      }
    } else if (current) current.properties.push(property)
    else throw new DomainError('BadRequest', `${property.name} stands outside of every component`)
  }
  const left = open.at(-1)
  if (left) throw new DomainError('BadRequest', `${left.name} is not closed`)
  return top
}

/** @param write a line's text; who writes the same lines many times may know it. */
export function writeComponent(component: Component, write: (line: Property) => string = writeContentLine): string {
  const lines = component.properties.map((line) => write(line))
  const inner = component.components.map((one) => writeComponent(one, write))
  return `BEGIN:${component.name}\r\n${lines.join('')}${inner.join('')}END:${component.name}\r\n`
}

export const property = (component: Component, name: string): Property | undefined =>
  component.properties.find((one) => one.name === name)

export const properties = (component: Component, name: string): Property[] =>
  component.properties.filter((one) => one.name === name)
