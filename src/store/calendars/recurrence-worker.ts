// The thread that answers what takes long; whatever it costs, it costs nobody else a turn.
import { parentPort } from 'node:worker_threads'
import { DomainError } from '../../errors.ts'
import { spendingAtMost } from '../../formats/icalendar/effort.ts'
import { answer, type Question } from '../../formats/icalendar/questions.ts'
import { recurrenceSteps } from '../../limits.ts'
import type { Reply } from './long-recurrences.ts'

const reply = (id: number, question: Question): Reply => {
  try {
    return { id, answer: spendingAtMost(recurrenceSteps, () => answer(question)) }
  } catch (error) {
    if (!(error instanceof DomainError)) return { id, fault: String(error) }
    const { code, message, detail } = error
    return { id, refused: { code, message, detail } }
  }
}

parentPort?.on('message', ({ id, question }: { id: number; question: Question }) => {
  parentPort?.postMessage(reply(id, question))
})
