-- DropIndex
DROP INDEX "collection_item_collectionId_firstStart_idx";

-- DropIndex
DROP INDEX "blob_hash_key";

-- DropIndex
DROP INDEX "blob_markedAt_idx";

-- DropIndex
DROP INDEX "collection_item_accountId_idx";

-- AlterTable
ALTER TABLE "account" ADD COLUMN     "kind" TEXT NOT NULL DEFAULT 'person';

-- AlterTable
ALTER TABLE "node" ADD COLUMN     "etag" TEXT;

-- AlterTable
ALTER TABLE "collection" ADD COLUMN     "availability" TEXT,
ADD COLUMN     "defaultId" BIGINT,
ADD COLUMN     "refreshRate" TEXT,
ADD COLUMN     "source" TEXT,
ADD COLUMN     "sourceError" TEXT,
ADD COLUMN     "strip" TEXT;

-- AlterTable
ALTER TABLE "collection_item" ADD COLUMN     "attachments" BIGINT,
ADD COLUMN     "scheduleTag" TEXT;

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

-- CreateTable
CREATE TABLE "share" (
    "id" BIGSERIAL NOT NULL,
    "ownerId" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "itemId" BIGINT NOT NULL,
    "accountId" BIGINT NOT NULL,
    "access" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "name" TEXT,
    "displayName" TEXT,
    "colour" TEXT,
    "sortOrder" BIGINT,
    "summary" TEXT,
    "createdAt" BIGINT NOT NULL,
    "created" BIGINT NOT NULL,
    "changed" BIGINT NOT NULL,

    CONSTRAINT "share_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "proxy" (
    "id" BIGSERIAL NOT NULL,
    "ownerId" BIGINT NOT NULL,
    "accountId" BIGINT NOT NULL,
    "access" TEXT NOT NULL,

    CONSTRAINT "proxy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feed" (
    "id" BIGSERIAL NOT NULL,
    "collectionId" BIGINT NOT NULL,
    "accountId" BIGINT NOT NULL,
    "nextAt" BIGINT NOT NULL,
    "failures" BIGINT NOT NULL DEFAULT 0,
    "etag" TEXT,
    "lastModified" TEXT,
    "digest" BYTEA,
    "refreshedAt" BIGINT,

    CONSTRAINT "feed_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attachment" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "managedId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "contentType" TEXT,
    "blobId" BIGINT NOT NULL,
    "size" BIGINT NOT NULL,
    "createdAt" BIGINT NOT NULL,

    CONSTRAINT "attachment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attachment_use" (
    "id" BIGSERIAL NOT NULL,
    "attachmentId" BIGINT NOT NULL,
    "itemId" BIGINT NOT NULL,

    CONSTRAINT "attachment_use_pkey" PRIMARY KEY ("id")
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
CREATE INDEX "share_ownerId_idx" ON "share"("ownerId");

-- CreateIndex
CREATE UNIQUE INDEX "share_kind_itemId_accountId_key" ON "share"("kind", "itemId", "accountId");

-- CreateIndex
CREATE UNIQUE INDEX "share_accountId_kind_name_key" ON "share"("accountId", "kind", "name");

-- CreateIndex
CREATE INDEX "proxy_accountId_idx" ON "proxy"("accountId");

-- CreateIndex
CREATE UNIQUE INDEX "proxy_ownerId_accountId_key" ON "proxy"("ownerId", "accountId");

-- CreateIndex
CREATE UNIQUE INDEX "feed_collectionId_key" ON "feed"("collectionId");

-- CreateIndex
CREATE INDEX "feed_nextAt_idx" ON "feed"("nextAt");

-- CreateIndex
CREATE INDEX "feed_accountId_idx" ON "feed"("accountId");

-- CreateIndex
CREATE UNIQUE INDEX "attachment_managedId_key" ON "attachment"("managedId");

-- CreateIndex
CREATE INDEX "attachment_accountId_idx" ON "attachment"("accountId");

-- CreateIndex
CREATE INDEX "attachment_blobId_idx" ON "attachment"("blobId");

-- CreateIndex
CREATE INDEX "attachment_use_attachmentId_idx" ON "attachment_use"("attachmentId");

-- CreateIndex
CREATE UNIQUE INDEX "attachment_use_itemId_attachmentId_key" ON "attachment_use"("itemId", "attachmentId");

-- CreateIndex
CREATE INDEX "blob_markedAt_idx" ON "blob"("markedAt") WHERE ("markedAt" IS NOT NULL);

-- CreateIndex
CREATE UNIQUE INDEX "blob_hash_key" ON "blob"("hash") WHERE ("data" IS NULL);

-- CreateIndex
CREATE INDEX "collection_item_accountId_uid_idx" ON "collection_item"("accountId", "uid");

-- CreateIndex
CREATE INDEX "collection_item_collectionId_lastEnd_firstStart_idx" ON "collection_item"("collectionId", "lastEnd", "firstStart");

-- By hand: the files that are there have the ETags of their contents.
UPDATE "node" SET "etag" = (SELECT encode("hash", 'hex') FROM "blob" WHERE "blob"."id" = "node"."blobId") WHERE "blobId" IS NOT NULL;
