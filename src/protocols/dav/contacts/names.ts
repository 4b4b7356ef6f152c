/** Of every card. */
export const cardType = 'text/vcard; charset=utf-8'

/** The book of the twin's accounts; a book of a person's own cannot have this name. */
export const accountsBookName = 'accounts'

/** Of an account's card in that book. */
export const cardName = (account: string): string => `${account}.vcf`
