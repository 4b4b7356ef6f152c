/** Signals that something changed among an account's files. */
export const filesTopic = (accountId: number): string => `files/${accountId}`
