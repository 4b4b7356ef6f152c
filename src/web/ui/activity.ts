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
  #open = false

  get tasks(): readonly Task[] {
    return this.#tasks
  }

  get running(): readonly Task[] {
    return this.#tasks.filter((task) => task.state === 'running')
  }

  /** Shown from the start of something until all of it went well; what failed stays in sight. */
  get open(): boolean {
    return this.#open
  }

  toggle(open = !this.#open): void {
    this.#open = open
    this.changed()
  }

  add(task: Omit<Task, 'id'>): number {
    this.#last += 1
    this.#open = true
    this.#tasks = [{ ...task, id: this.#last }, ...this.#tasks]
    this.changed()
    return this.#last
  }

  update(id: number, change: Partial<Omit<Task, 'id'>>): void {
    this.#tasks = this.#tasks.map((task) => (task.id === id ? { ...task, ...change } : task))
    if (this.running.length === 0 && change.state === 'done')
      this.#open = this.#tasks.some(({ state }) => state === 'failed')
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
