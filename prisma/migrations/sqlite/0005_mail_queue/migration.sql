-- CreateTable
CREATE TABLE "queued_mail" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "blobId" INTEGER NOT NULL,
    "size" INTEGER NOT NULL,
    "sender" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "destination" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "dueAt" INTEGER NOT NULL,
    "expiresAt" INTEGER NOT NULL,
    "warnAt" INTEGER,
    "isHeld" INTEGER NOT NULL DEFAULT 0,
    "lastError" TEXT,
    "createdAt" INTEGER NOT NULL
);

-- CreateIndex
CREATE INDEX "queued_mail_isHeld_dueAt_idx" ON "queued_mail"("isHeld", "dueAt");

-- CreateIndex
CREATE INDEX "queued_mail_accountId_idx" ON "queued_mail"("accountId");

-- CreateIndex
CREATE INDEX "queued_mail_blobId_idx" ON "queued_mail"("blobId");
