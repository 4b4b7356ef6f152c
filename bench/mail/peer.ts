/** A server whose one user is signed in to over TLS on a port of loopback. */
export type MailPeer = {
  readonly name: string
  readonly port: number
  close(): Promise<void>
}
