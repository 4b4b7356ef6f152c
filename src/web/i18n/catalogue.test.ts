import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, it } from 'node:test'
import ts from 'typescript'
import { de } from './de.ts'
import { en } from './en.ts'
import type { Message } from './messages.ts'

const web = join(import.meta.dirname, '..')
const sources = globSync('**/*.ts', { cwd: web }).filter((file) => !file.endsWith('.test.ts'))

const placeholders = (message: Message): string[] => {
  const texts = typeof message === 'string' ? [message] : Object.values(message)
  return [...new Set(texts.flatMap((text) => text.match(/\{\w+\}/g) ?? []))].filter((name) => name !== '{count}').sort()
}

/** The static text of each html`…` template of a file, a ▢ for each value. */
const templatesOf = (file: string): string[] => {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'html') {
      const { template } = node
      found.push(
        ts.isNoSubstitutionTemplateLiteral(template)
          ? template.text
          : template.head.text + template.templateSpans.map((span) => `▢${span.literal.text}`).join(''),
      )
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(join(web, file), 'utf8'), ts.ScriptTarget.Latest, true))
  return found
}

/** What a person would read of a template that did not come from the catalogue. */
const literalText = (template: string): string[] => {
  const inTags = [
    ...template.matchAll(/\s(?:label|hint|placeholder|title|alt|aria-label|heading|text)="([^"▢]+)"/g),
  ].map((match) => match[1] ?? '')
  const between = template
    .replace(/<!--.*?-->/gs, '')
    .replace(/<[^>]*>/g, '▢')
    .split('▢')
  return [...inTags, ...between].map((text) => text.trim()).filter((text) => /\p{L}/u.test(text))
}

describe('the message catalogues', () => {
  it('have the same keys in every language', () => {
    assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort())
  })

  it('take the same values in every language', () => {
    for (const key of Object.keys(en) as (keyof typeof en)[])
      assert.deepEqual(placeholders(de[key]), placeholders(en[key]), key)
  })

  it('have no key that nothing says', () => {
    const all = sources
      .filter((file) => !/^i18n\/(en|de)\.ts$/.test(file))
      .map((file) => readFileSync(join(web, file), 'utf8'))
    const text = all.join('\n')
    const prefixes = [...text.matchAll(/`([a-z]+\.)\$\{/g)].map((match) => match[1] ?? '')
    const unused = Object.keys(en).filter(
      (key) => !text.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    )
    assert.deepEqual(unused, [])
  })
})

describe('the components', () => {
  it('have no text of their own: all of it is in the catalogue', () => {
    const found = sources.flatMap((file) =>
      templatesOf(file).flatMap((template) => literalText(template).map((text) => `${relative('.', file)}: ${text}`)),
    )
    assert.deepEqual(found, [])
  })

  it('would be found out', () => {
    assert.deepEqual(literalText('<p class="a">Hello ▢</p><wa-input label="Name"></wa-input>'), ['Name', 'Hello'])
  })

  it('stay under 200 lines', () => {
    const long = sources
      .filter((file) => !/^i18n\/(en|de)\.ts$|-styles\.ts$/.test(file))
      .filter((file) => readFileSync(join(web, file), 'utf8').split('\n').length > 201)
    assert.deepEqual(long, [])
  })
})
