/** One of the two servers that are measured, already running. */
export type Peer = {
  name: string
  /** The folder that the benchmark works in, with a closing slash. */
  url: string
  pid: number
  close(): Promise<void>
}
