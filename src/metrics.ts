// What the twin counts, in the Prometheus text format. Labels take few, known values (a method, a status), never
// anything that a stranger chooses: every distinct combination is kept for life.

type Labels = readonly string[]

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')

const series = (name: string, labels: Labels, values: Labels): string =>
  labels.length === 0
    ? name
    : `${name}{${labels.map((label, i) => `${label}="${escaped(values[i] ?? '')}"`).join(',')}}`

/** A number that only grows. */
export class Counter {
  readonly #values = new Map<string, { labels: Labels; value: number }>()
  readonly #name: string
  readonly #labels: Labels

  constructor(name: string, labels: Labels) {
    this.#name = name
    this.#labels = labels
    if (labels.length === 0) this.add(0)
  }

  add(amount: number, ...labels: string[]): void {
    let key = ''
    for (const label of labels) key += `${label}\0`
    const known = this.#values.get(key)
    if (known === undefined) this.#values.set(key, { labels, value: amount })
    else known.value += amount
  }

  /** For tests and `twin doctor`. */
  value(...labels: string[]): number {
    return this.#values.get(labels.map((label) => `${label}\0`).join(''))?.value ?? 0
  }

  *lines(): Generator<string> {
    for (const { labels, value } of this.#values.values()) yield `${series(this.#name, this.#labels, labels)} ${value}`
  }
}

/** How a quantity spreads; `buckets` are inclusive upper bounds in rising order. */
export class Histogram {
  readonly #counts: number[]
  #sum = 0
  #count = 0
  readonly #name: string
  readonly #buckets: readonly number[]

  constructor(name: string, buckets: readonly number[]) {
    this.#name = name
    this.#buckets = buckets
    // The last one counts what is above all bounds.
    this.#counts = [...buckets.map(() => 0), 0]
  }

  observe(value: number): void {
    this.#sum += value
    this.#count++
    let at = 0
    while (value > (this.#buckets[at] ?? Number.POSITIVE_INFINITY)) at++
    this.#counts[at] = (this.#counts[at] ?? 0) + 1
  }

  *lines(): Generator<string> {
    let below = 0
    for (const [i, bound] of this.#buckets.entries()) {
      below += this.#counts[i] ?? 0
      yield `${this.#name}_bucket{le="${bound}"} ${below}`
    }
    yield `${this.#name}_bucket{le="+Inf"} ${this.#count}`
    yield `${this.#name}_sum ${this.#sum}`
    yield `${this.#name}_count ${this.#count}`
  }
}

/** One registry a twin. Names follow Prometheus: `twin_…`, base units, `_total` for counters. */
export class Metrics {
  readonly #families = new Map<string, { help: string; type: string; lines: () => Iterable<string> }>()

  #register(name: string, help: string, type: string, lines: () => Iterable<string>): void {
    if (this.#families.has(name)) throw new Error(`The metric ${name} exists already`)
    this.#families.set(name, { help, type, lines })
  }

  counter(name: string, help: string, labels: Labels = []): Counter {
    const counter = new Counter(name, labels)
    this.#register(name, help, 'counter', () => counter.lines())
    return counter
  }

  histogram(name: string, help: string, buckets: readonly number[]): Histogram {
    const histogram = new Histogram(name, buckets)
    this.#register(name, help, 'histogram', () => histogram.lines())
    return histogram
  }

  /** A number that is read when somebody asks. */
  gauge(name: string, help: string, read: () => number): void {
    this.#register(name, help, 'gauge', () => [`${name} ${read()}`])
  }

  /** A number that only grows and that somebody else counts. */
  counted(name: string, help: string, read: () => number): void {
    this.#register(name, help, 'counter', () => [`${name} ${read()}`])
  }

  /** A number for each value of one label, such as the days that each certificate still has. */
  gauges(
    name: string,
    help: string,
    label: string,
    read: () => Iterable<readonly [value: string, number: number]>,
  ): void {
    this.#register(name, help, 'gauge', function* () {
      for (const [value, number] of read()) yield `${series(name, [label], [value])} ${number}`
    })
  }

  /** Prometheus text exposition format 0.0.4. */
  text(): string {
    const out: string[] = []
    for (const [name, { help, type, lines }] of this.#families) {
      out.push(`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`, ...lines())
    }
    return `${out.join('\n')}\n`
  }
}
