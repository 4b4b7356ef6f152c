// The exact values that a person types into a device, for the address at which the page was reached.
import { forMembers } from './method.ts'

export const get = forMembers({}, async ({ principal: { name }, origin }) => {
  const { hostname, port: given } = new URL(origin)
  const port = given === '' ? 443 : Number(given)
  const webdav = `${origin}/dav/files/${name}/`
  return {
    body: {
      name,
      origin,
      host: hostname,
      port,
      webdav,
      dav: `${origin}/dav/`,
      // DAVx5 opens such an address by itself: https with the name in it.
      davx5: `davx5://${name}@${origin.slice('https://'.length)}/dav/`,
      finder: webdav,
      // Explorer's redirector: host@SSL@port, and backslashes.
      explorer: `\\\\${hostname}@SSL@${port}\\dav\\files\\${name}`,
      gnome: `davs://${name}@${origin.slice('https://'.length)}/dav/files/${name}/`,
      rclone: `rclone config create twin webdav url=${webdav} vendor=other user=${name} pass=<app password>`,
      davfs2: `mount -t davfs ${webdav} /mnt/twin`,
    },
  }
})
