// All icons are symbols of one file of our own; Web Awesome's parts take theirs from it, too. Nothing is fetched elsewhere.

import '@awesome.me/webawesome/dist/components/icon/icon.js'
import { registerIconLibrary } from '@awesome.me/webawesome/dist/components/icon/library.js'
import sprite from './icons.svg?url'

/** An <svg> without a viewBox is 300 pixels wide where nobody says otherwise. */
const asWideAsHigh = (svg: SVGElement): void => svg.setAttribute('width', '1em')

for (const library of ['default', 'system']) {
  registerIconLibrary(library, {
    resolver: (name) => `${sprite}#${name}`,
    mutator: asWideAsHigh,
    spriteSheet: true,
  })
}
