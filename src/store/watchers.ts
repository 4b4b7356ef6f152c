/** Level signals: "something of this topic changed, look again". Sent only for what is durable. */
export class Watchers {
  readonly #listeners = new Map<string, Set<() => void>>()

  /** Calls `listener` after each change of the topic until the returned function is called. */
  watch(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic)
    }
  }

  /** Wakes those who watch the topics, or everybody when anything may have changed. */
  notify(topics: Iterable<string> = [...this.#listeners.keys()]): void {
    for (const topic of topics) for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener()
  }
}
