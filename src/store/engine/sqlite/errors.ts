import { DomainError } from '../../../errors.ts'

// https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_FULL = 13
const SQLITE_IOERR_WRITE = 778
const SQLITE_IOERR_FSYNC = 1034
const SQLITE_IOERR_DIR_FSYNC = 1290
const SQLITE_IOERR_SHMSIZE = 4874

/** Nothing could be written: a full disk, one that has become read-only. What was there is whole, and it can be tried again. */
export const isUnwritable = (errcode: number | undefined): boolean =>
  errcode === SQLITE_FULL || errcode === SQLITE_IOERR_WRITE || errcode === SQLITE_IOERR_SHMSIZE

/** Another program holds a lock. */
export const isBusy = (errcode: number | undefined): boolean =>
  errcode !== undefined && (errcode & 0xff) === SQLITE_BUSY

/** The page cache may now show what the disk has not got, and a second sync would succeed without writing it. */
export const isFailedSync = (error: unknown): boolean => {
  const errcode = errcodeOf(error)
  return errcode === SQLITE_IOERR_FSYNC || errcode === SQLITE_IOERR_DIR_FSYNC
}

/** The domain error that a database error stands for, or the error itself. */
export function translate(error: unknown): unknown {
  const errcode = errcodeOf(error)
  if (isUnwritable(errcode)) return new DomainError('DiskFull', 'The disk of the twin is full or read-only.')
  if (isBusy(errcode)) return new DomainError('Unavailable', 'Another program holds the database.')
  return error
}

const errcodeOf = (error: unknown): number | undefined => (error as { errcode?: number } | null)?.errcode
