-- CreateTable
CREATE TABLE "mailbox" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT,
    "uidValidity" INTEGER NOT NULL,
    "uidNext" INTEGER NOT NULL DEFAULT 1,
    "subscribed" INTEGER NOT NULL DEFAULT 1,
    "total" INTEGER NOT NULL DEFAULT 0,
    "unseen" INTEGER NOT NULL DEFAULT 0,
    "deleted" INTEGER NOT NULL DEFAULT 0,
    "bytes" INTEGER NOT NULL DEFAULT 0,
    "createdAt" INTEGER NOT NULL,
    "created" INTEGER NOT NULL,
    "changed" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "email" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "blobId" INTEGER NOT NULL,
    "size" INTEGER NOT NULL,
    "receivedAt" INTEGER NOT NULL,
    "sentAt" INTEGER NOT NULL,
    "messageId" TEXT,
    "envelope" TEXT NOT NULL,
    "structure" TEXT NOT NULL,
    "created" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "placement" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "mailboxId" INTEGER NOT NULL,
    "emailId" INTEGER NOT NULL,
    "uid" INTEGER NOT NULL,
    "keywords" TEXT NOT NULL,
    "deleted" INTEGER NOT NULL DEFAULT 0,
    "created" INTEGER NOT NULL,
    "changed" INTEGER NOT NULL
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_clock" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "floor" INTEGER NOT NULL DEFAULT 0,
    "used" INTEGER NOT NULL DEFAULT 0,
    "uidValidity" INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "new_clock" ("accountId", "floor", "id", "position", "used") SELECT "accountId", "floor", "id", "position", "used" FROM "clock";
DROP TABLE "clock";
ALTER TABLE "new_clock" RENAME TO "clock";
CREATE UNIQUE INDEX "clock_accountId_key" ON "clock"("accountId");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

-- CreateIndex
CREATE UNIQUE INDEX "mailbox_accountId_name_key" ON "mailbox"("accountId", "name");

-- CreateIndex
CREATE INDEX "email_accountId_messageId_idx" ON "email"("accountId", "messageId");

-- CreateIndex
CREATE INDEX "email_blobId_idx" ON "email"("blobId");

-- CreateIndex
CREATE INDEX "placement_mailboxId_changed_idx" ON "placement"("mailboxId", "changed");

-- CreateIndex
CREATE INDEX "placement_emailId_idx" ON "placement"("emailId");

-- CreateIndex
CREATE UNIQUE INDEX "placement_mailboxId_uid_key" ON "placement"("mailboxId", "uid");
