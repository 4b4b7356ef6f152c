-- CreateTable
CREATE TABLE "collection" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "displayName" TEXT,
    "description" TEXT,
    "colour" TEXT,
    "sortOrder" BIGINT,
    "components" TEXT,
    "timezone" TEXT,
    "transparent" BIGINT NOT NULL DEFAULT 0,
    "createdAt" BIGINT NOT NULL,
    "created" BIGINT NOT NULL,
    "changed" BIGINT NOT NULL,

    CONSTRAINT "collection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "collection_item" (
    "id" BIGSERIAL NOT NULL,
    "collectionId" BIGINT NOT NULL,
    "accountId" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "uid" TEXT NOT NULL,
    "component" TEXT NOT NULL,
    "blobId" BIGINT NOT NULL,
    "size" BIGINT NOT NULL,
    "createdAt" BIGINT NOT NULL,
    "modifiedAt" BIGINT NOT NULL,
    "created" BIGINT NOT NULL,
    "changed" BIGINT NOT NULL,
    "firstStart" BIGINT,
    "lastEnd" BIGINT,
    "recurring" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "collection_item_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "collection_accountId_kind_name_key" ON "collection"("accountId", "kind", "name");

-- CreateIndex
CREATE INDEX "collection_item_collectionId_changed_idx" ON "collection_item"("collectionId", "changed");

-- CreateIndex
CREATE INDEX "collection_item_collectionId_firstStart_idx" ON "collection_item"("collectionId", "firstStart");

-- CreateIndex
CREATE INDEX "collection_item_accountId_idx" ON "collection_item"("accountId");

-- CreateIndex
CREATE INDEX "collection_item_blobId_idx" ON "collection_item"("blobId");

-- CreateIndex
CREATE UNIQUE INDEX "collection_item_collectionId_name_key" ON "collection_item"("collectionId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "collection_item_collectionId_uid_key" ON "collection_item"("collectionId", "uid");

-- What every account begins with, for those that there are (src/store/collections/collection.ts).
INSERT INTO "collection" ("accountId", "kind", "name", "displayName", "components", "createdAt", "created", "changed")
SELECT "account"."id", "first"."kind", "first"."name", "first"."displayName", "first"."components", "account"."createdAt", 0, 0
FROM "account", (
    SELECT 'calendar' AS "kind", 'calendar' AS "name", 'Calendar' AS "displayName", 'VEVENT' AS "components"
    UNION ALL SELECT 'calendar', 'tasks', 'Tasks', 'VTODO VJOURNAL'
    UNION ALL SELECT 'addressbook', 'contacts', 'Contacts', NULL
) AS "first"
WHERE "account"."state" <> 'deleted';
