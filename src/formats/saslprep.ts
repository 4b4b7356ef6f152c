/** RFC 3454 tables C.2 to C.9: what no prepared password holds (U+0340 and U+0341 are gone after NFKC). */
const prohibited =
  /[\p{Cc}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u06dd\u070f\u180e\u200c-\u200f\u202a-\u202e\u2060-\u2063\u206a-\u206f\u2ff0-\u2ffb\ufeff\ufff9-\ufffd\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}\p{Noncharacter_Code_Point}]/u

/** RFC 3454 table B.1: commonly mapped to nothing. */
const mappedToNothing = /\u034f|[\u00ad\u1806\u200b-\u200d\u2060\ufeff]|[\u180b-\u180d]|[\ufe00-\ufe0f]/g

/** RFC 3454 table C.1.2 without U+200B, which B.1 takes. */
const otherSpaces = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g

/**
 * Prepares a password as SCRAM does (RFC 4013), so that both ends hash the same bytes.
 * Undefined when it holds what is prohibited. Characters newer than Unicode 3.2 pass as they are, so that people
 * may use them; the check of mixed directions (RFC 3454 §6) is left out, since it refuses passwords and protects none.
 */
export function saslprep(password: string): string | undefined {
  const prepared = password.replace(otherSpaces, ' ').replace(mappedToNothing, '').normalize('NFKC')
  return prohibited.test(prepared) ? undefined : prepared
}
