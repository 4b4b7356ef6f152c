-- DropIndex
DROP INDEX "collection_item_accountId_idx";

-- AlterTable
ALTER TABLE "account" ADD COLUMN     "kind" TEXT NOT NULL DEFAULT 'person';

-- AlterTable
ALTER TABLE "collection" ADD COLUMN     "availability" TEXT,
ADD COLUMN     "defaultId" BIGINT;

-- AlterTable
ALTER TABLE "collection_item" ADD COLUMN     "scheduleTag" TEXT;

-- CreateTable
CREATE TABLE "push_subscription" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "credentialId" BIGINT NOT NULL,
    "uid" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "triggers" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "endpoint" TEXT NOT NULL,
    "publicKey" BYTEA NOT NULL,
    "authSecret" BYTEA NOT NULL,
    "createdAt" BIGINT NOT NULL,
    "expiresAt" BIGINT NOT NULL,
    "told" TEXT NOT NULL,
    "failures" BIGINT NOT NULL DEFAULT 0,
    "dueAt" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "push_subscription_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "push_subscription_uid_key" ON "push_subscription"("uid");

-- CreateIndex
CREATE INDEX "push_subscription_topic_idx" ON "push_subscription"("topic");

-- CreateIndex
CREATE INDEX "push_subscription_expiresAt_idx" ON "push_subscription"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "push_subscription_accountId_kind_subject_endpoint_key" ON "push_subscription"("accountId", "kind", "subject", "endpoint");

-- CreateIndex
CREATE INDEX "collection_item_accountId_uid_idx" ON "collection_item"("accountId", "uid");
