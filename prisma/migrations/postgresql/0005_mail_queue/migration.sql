-- CreateTable
CREATE TABLE "queued_mail" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "blobId" BIGINT NOT NULL,
    "size" BIGINT NOT NULL,
    "sender" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "destination" TEXT NOT NULL,
    "attempts" BIGINT NOT NULL DEFAULT 0,
    "dueAt" BIGINT NOT NULL,
    "expiresAt" BIGINT NOT NULL,
    "warnAt" BIGINT,
    "isHeld" BIGINT NOT NULL DEFAULT 0,
    "lastError" TEXT,
    "createdAt" BIGINT NOT NULL,

    CONSTRAINT "queued_mail_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "queued_mail_isHeld_dueAt_idx" ON "queued_mail"("isHeld", "dueAt");

-- CreateIndex
CREATE INDEX "queued_mail_accountId_idx" ON "queued_mail"("accountId");

-- CreateIndex
CREATE INDEX "queued_mail_blobId_idx" ON "queued_mail"("blobId");
