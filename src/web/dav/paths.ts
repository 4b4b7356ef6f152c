// Addresses of files: the page shows /files/a/b, WebDAV has /dav/files/<account>/a/b. Names travel percent-encoded, once.

export type Path = readonly string[]

export const encodePath = (path: Path): string => path.map(encodeURIComponent).join('/')

/** The segments of an absolute path below `root`, decoded; `undefined` when it is not below it or malformed. */
export const pathBelow = (root: string, address: string): Path | undefined => {
  if (address !== root && !address.startsWith(`${root}/`)) return undefined
  try {
    return address
      .slice(root.length)
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent)
  } catch {
    return undefined
  }
}

/** One spelling for one address: encoded as we encode, without the closing slash of a folder. RFC 4918 §8.3 allows others. */
export const canonical = (href: string): string => {
  const path = href.startsWith('/') ? href : new URL(href).pathname
  try {
    return path
      .replace(/\/+$/, '')
      .split('/')
      .map((segment) => encodeURIComponent(decodeURIComponent(segment)))
      .join('/')
  } catch {
    return path.replace(/\/+$/, '')
  }
}

export const parentOf = (href: string): string => href.slice(0, href.lastIndexOf('/'))

export const nameOf = (href: string): string => {
  const last = href.slice(href.lastIndexOf('/') + 1)
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

export const join = (folder: string, name: string): string => `${folder}/${encodeURIComponent(name)}`

/** Whether `href` is `folder` itself or anywhere in it. */
export const within = (folder: string, href: string): boolean => href === folder || href.startsWith(`${folder}/`)

/** `name`, or `name 2`, `name 3`, … before the extension: the first that is not taken. */
export const freeName = (name: string, taken: (name: string) => boolean): string => {
  if (!taken(name)) return name
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  for (let count = 2; ; count += 1) {
    const candidate = `${stem} ${count}${extension}`
    if (!taken(candidate)) return candidate
  }
}
