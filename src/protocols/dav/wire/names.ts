/** The name of a property: its namespace and local name. */
export type PropertyName = { readonly namespace: string; readonly name: string }

/** One string for a name, as a key of maps. No namespace holds a brace that closes. */
export const keyOf = (namespace: string, name: string): string => `{${namespace}}${name}`

export const CALDAV = 'urn:ietf:params:xml:ns:caldav'

export const CARDDAV = 'urn:ietf:params:xml:ns:carddav'

export const CALENDARSERVER = 'http://calendarserver.org/ns/'

export const OWNCLOUD = 'http://owncloud.org/ns'

/** The namespace of the twin's own properties: docs/webdav.md. */
export const TWIN_FILES = 'urn:twin:files'
