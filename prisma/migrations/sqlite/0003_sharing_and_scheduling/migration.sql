-- DropIndex
DROP INDEX "collection_item_collectionId_firstStart_idx";

-- DropIndex
DROP INDEX "blob_hash_key";

-- DropIndex
DROP INDEX "blob_markedAt_idx";

-- DropIndex
DROP INDEX "collection_item_accountId_idx";

-- AlterTable
ALTER TABLE "node" ADD COLUMN "etag" TEXT;

-- AlterTable
ALTER TABLE "collection" ADD COLUMN "availability" TEXT;
ALTER TABLE "collection" ADD COLUMN "defaultId" INTEGER;
ALTER TABLE "collection" ADD COLUMN "refreshRate" TEXT;
ALTER TABLE "collection" ADD COLUMN "source" TEXT;
ALTER TABLE "collection" ADD COLUMN "sourceError" TEXT;
ALTER TABLE "collection" ADD COLUMN "strip" TEXT;

-- AlterTable
ALTER TABLE "collection_item" ADD COLUMN "attachments" INTEGER;
ALTER TABLE "collection_item" ADD COLUMN "scheduleTag" TEXT;

-- CreateTable
CREATE TABLE "push_subscription" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "credentialId" INTEGER NOT NULL,
    "uid" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "triggers" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "endpoint" TEXT NOT NULL,
    "publicKey" BLOB NOT NULL,
    "authSecret" BLOB NOT NULL,
    "createdAt" INTEGER NOT NULL,
    "expiresAt" INTEGER NOT NULL,
    "told" TEXT NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "dueAt" INTEGER NOT NULL DEFAULT 0
);

-- CreateTable
CREATE TABLE "share" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "itemId" INTEGER NOT NULL,
    "accountId" INTEGER NOT NULL,
    "access" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "name" TEXT,
    "displayName" TEXT,
    "colour" TEXT,
    "sortOrder" INTEGER,
    "summary" TEXT,
    "createdAt" INTEGER NOT NULL,
    "created" INTEGER NOT NULL,
    "changed" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "proxy" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "ownerId" INTEGER NOT NULL,
    "accountId" INTEGER NOT NULL,
    "access" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "feed" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "collectionId" INTEGER NOT NULL,
    "accountId" INTEGER NOT NULL,
    "nextAt" INTEGER NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "etag" TEXT,
    "lastModified" TEXT,
    "digest" BLOB,
    "refreshedAt" INTEGER
);

-- CreateTable
CREATE TABLE "attachment" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "managedId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "contentType" TEXT,
    "blobId" INTEGER NOT NULL,
    "size" INTEGER NOT NULL,
    "createdAt" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "attachment_use" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "attachmentId" INTEGER NOT NULL,
    "itemId" INTEGER NOT NULL
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_account" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "uid" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'person',
    "isAdmin" INTEGER NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL DEFAULT 'active',
    "quota" INTEGER,
    "createdAt" INTEGER NOT NULL,
    "deletedAt" INTEGER
);
INSERT INTO "new_account" ("createdAt", "deletedAt", "displayName", "id", "isAdmin", "name", "quota", "state", "uid") SELECT "createdAt", "deletedAt", "displayName", "id", "isAdmin", "name", "quota", "state", "uid" FROM "account";
DROP TABLE "account";
ALTER TABLE "new_account" RENAME TO "account";
CREATE UNIQUE INDEX "account_uid_key" ON "account"("uid");
CREATE UNIQUE INDEX "account_name_key" ON "account"("name");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

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
CREATE INDEX "blob_markedAt_idx" ON "blob"("markedAt") WHERE "markedAt" IS NOT NULL;

-- CreateIndex
CREATE UNIQUE INDEX "blob_hash_key" ON "blob"("hash") WHERE "data" IS NULL;

-- CreateIndex
CREATE INDEX "collection_item_accountId_uid_idx" ON "collection_item"("accountId", "uid");

-- CreateIndex
CREATE INDEX "collection_item_collectionId_lastEnd_firstStart_idx" ON "collection_item"("collectionId", "lastEnd", "firstStart");

-- By hand: the files that are there have the ETags of their contents.
UPDATE "node" SET "etag" = (SELECT lower(hex("hash")) FROM "blob" WHERE "blob"."id" = "node"."blobId") WHERE "blobId" IS NOT NULL;
