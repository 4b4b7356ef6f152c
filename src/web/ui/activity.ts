// What is under way, in one place for the whole page: anything that may take longer than a second.

import { Observable } from './observable.ts'

export type Task = {
  readonly id: number
  readonly title: string
  readonly state: 'running' | 'done' | 'failed' | 'cancelled'
  /** 0 to 1. */
  readonly progress: number
  readonly detail: string
  /** What did not work out, item by item; the first few. */
  readonly failures: readonly string[]
  readonly cancel?: (() => void) | undefined
  readonly retry?: (() => void) | undefined
}

class Activity extends Observable {
  #tasks: readonly Task[] = []
  #last = 0

  get tasks(): readonly Task[] {
    return this.#tasks
  }

  get running(): readonly Task[] {
    return this.#tasks.filter((task) => task.state === 'running')
  }

  add(task: Omit<Task, 'id'>): number {
    this.#last += 1
    this.#tasks = [{ ...task, id: this.#last }, ...this.#tasks]
    this.changed()
    return this.#last
  }

  update(id: number, change: Partial<Omit<Task, 'id'>>): void {
    this.#tasks = this.#tasks.map((task) => (task.id === id ? { ...task, ...change } : task))
    this.changed()
  }

  remove(id: number): void {
    this.#tasks = this.#tasks.filter((task) => task.id !== id)
    this.changed()
  }

  clear(): void {
    this.#tasks = this.running
    this.changed()
  }
}

export const activity = new Activity()
