-- AlterTable
ALTER TABLE "clock" ADD COLUMN     "uidValidity" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "mailbox" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT,
    "uidValidity" BIGINT NOT NULL,
    "uidNext" BIGINT NOT NULL DEFAULT 1,
    "subscribed" BIGINT NOT NULL DEFAULT 1,
    "total" BIGINT NOT NULL DEFAULT 0,
    "unseen" BIGINT NOT NULL DEFAULT 0,
    "deleted" BIGINT NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "createdAt" BIGINT NOT NULL,
    "created" BIGINT NOT NULL,
    "changed" BIGINT NOT NULL,

    CONSTRAINT "mailbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "email" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "blobId" BIGINT NOT NULL,
    "size" BIGINT NOT NULL,
    "receivedAt" BIGINT NOT NULL,
    "sentAt" BIGINT NOT NULL,
    "messageId" TEXT,
    "envelope" TEXT NOT NULL,
    "structure" TEXT NOT NULL,
    "created" BIGINT NOT NULL,

    CONSTRAINT "email_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "placement" (
    "id" BIGSERIAL NOT NULL,
    "mailboxId" BIGINT NOT NULL,
    "emailId" BIGINT NOT NULL,
    "uid" BIGINT NOT NULL,
    "keywords" TEXT NOT NULL,
    "deleted" BIGINT NOT NULL DEFAULT 0,
    "created" BIGINT NOT NULL,
    "changed" BIGINT NOT NULL,

    CONSTRAINT "placement_pkey" PRIMARY KEY ("id")
);

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
