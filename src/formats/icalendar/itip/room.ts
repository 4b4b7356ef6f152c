// What a room answers to an invitation: it takes what it is free for. Of a series it takes the instances that it is free
// for, unless it is taken for most of them; then none, so that the meeting is not torn apart. Who is asked again, because
// a meeting moved, is asked about what moved alone.
import { rooms } from '../../../limits.ts'
import { type Component, property } from '../component.ts'
import type { CalendarObject } from '../object.ts'
import { type Occurrence, occurrences } from '../occurrences.ts'
import type { TimeRange } from '../timing.ts'
import { DAY, timeOf } from '../values.ts'
import { toInstant, utc, type Zone } from '../zone.ts'
import { componentsOf, instancesOf, type Key, withComponents } from './instances.ts'
import {
  type IsSelf,
  isCancelled,
  mapAttendees,
  ownLine,
  partstatOf,
  withParameter,
  withProperty,
} from './participants.ts'

export type Booking = {
  /** When the room is asked for, as far ahead as it looks. */
  readonly times: readonly TimeRange[]
  /** The room's copy with its answers. */
  answer(isTaken: (time: TimeRange) => boolean): CalendarObject
}

type Answer = 'ACCEPTED' | 'DECLINED'

/**
 * What is asked of a room by its copy of a meeting; undefined where nothing is.
 *
 * @param ahead the time for which the room looks.
 * @param floating the zone that the room is in.
 * @throws DomainError TooLarge, precondition 'max-instances'.
 */
export function bookingOf(
  object: CalendarObject,
  { isSelf, ahead, floating }: { isSelf: IsSelf; ahead: TimeRange; floating: Zone },
): Booking | undefined {
  const asked = componentsOf(object).filter((component) => {
    const own = ownLine(component, isSelf)
    return own !== undefined && partstatOf(own) === 'NEEDS-ACTION' && !isCancelled(component)
  })
  if (asked.length === 0) return undefined
  // Instances are known by their wall clock where that floats; the room's own clock says when that is.
  const range = { start: ahead.start - DAY, end: ahead.end + DAY }
  const found = occurrences(object, range, utc)
    .filter(({ component }) => asked.includes(component))
    .map((one) => ({ ...one, time: timeIn(one, object, floating) }))
  return {
    times: found.map(({ time }) => time),
    answer: (isTaken) => {
      const taken = new Set(found.filter(({ time }) => isTaken(time)))
      const answers = new Map<Component, Answer>()
      const declined: Key[] = []
      for (const component of asked) {
        const all = found.filter((one) => one.component === component)
        const conflicts = all.filter((one) => taken.has(one))
        const mayTakePart = component === object.master && 2 * conflicts.length <= all.length
        const takes =
          all.length <= rooms.instances &&
          (conflicts.length === 0 || (mayTakePart && conflicts.length <= rooms.declinedInstances))
        answers.set(component, takes ? 'ACCEPTED' : 'DECLINED')
        if (takes) for (const { recurrenceId } of conflicts) if (recurrenceId !== undefined) declined.push(recurrenceId)
      }
      return withAnswers(object, answers, declined, isSelf)
    },
  }
}

function timeIn({ component, start, end }: Occurrence, { zones }: CalendarObject, floating: Zone): TimeRange {
  const line = property(component, 'DTSTART')
  const time = line && timeOf(line)
  const floats = time !== undefined && zones.of(time, nowhere) === nowhere
  return floats ? { start: toInstant(floating, start), end: toInstant(floating, end) } : { start, end }
}

/** Stands for "no zone": a time that is given it floats. */
const nowhere: Zone = { id: '', offsetAt: () => 0 }

function withAnswers(
  object: CalendarObject,
  answers: ReadonlyMap<Component, Answer>,
  declined: readonly Key[],
  isSelf: IsSelf,
): CalendarObject {
  const instances = instancesOf(object)
  const apart = declined.flatMap((key) => {
    const component = instances.at(key)
    return component ? [answered(component, 'DECLINED', isSelf)] : []
  })
  const components = componentsOf(object).map((component) => {
    const answer = answers.get(component)
    return answer ? answered(component, answer, isSelf) : component
  })
  return withComponents(object, [...components, ...apart])
}

/** A room is taken by a meeting though it be transparent to the person who arranges it. */
function answered(component: Component, answer: Answer, isSelf: IsSelf): Component {
  const own = ownLine(component, isSelf)
  const replied = mapAttendees(component, (line) =>
    line === own ? withParameter(withParameter(line, 'PARTSTAT', answer), 'RSVP', undefined) : line,
  )
  return answer === 'ACCEPTED' && property(component, 'TRANSP') ? withProperty(replied, 'TRANSP', 'OPAQUE') : replied
}
