-- CreateTable
CREATE TABLE "setting" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "account" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "uid" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "isAdmin" INTEGER NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL DEFAULT 'active',
    "quota" INTEGER,
    "createdAt" INTEGER NOT NULL,
    "deletedAt" INTEGER
);

-- CreateTable
CREATE TABLE "clock" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "floor" INTEGER NOT NULL DEFAULT 0,
    "used" INTEGER NOT NULL DEFAULT 0
);

-- CreateTable
CREATE TABLE "tombstone" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "collection" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "createdAt" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "credential" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "label" TEXT NOT NULL DEFAULT '',
    "scopes" TEXT NOT NULL DEFAULT 'all',
    "lookup" BLOB,
    "secret" TEXT,
    "createdAt" INTEGER NOT NULL,
    "expiresAt" INTEGER,
    "lastUsedAt" INTEGER,
    "lastUsedBy" TEXT
);

-- CreateTable
CREATE TABLE "invitation" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "kind" TEXT NOT NULL,
    "lookup" BLOB NOT NULL,
    "accountId" INTEGER,
    "createdBy" INTEGER,
    "createdAt" INTEGER NOT NULL,
    "expiresAt" INTEGER NOT NULL,
    "usedAt" INTEGER
);

-- CreateTable
CREATE TABLE "known_network" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "network" TEXT NOT NULL,
    "lastAt" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "blob" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "hash" BLOB NOT NULL,
    "size" INTEGER NOT NULL,
    "data" BLOB,
    "createdAt" INTEGER NOT NULL,
    "markedAt" INTEGER
);

-- CreateTable
CREATE TABLE "node" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "parentId" INTEGER,
    "name" TEXT NOT NULL,
    "isFolder" INTEGER NOT NULL,
    "blobId" INTEGER,
    "size" INTEGER NOT NULL DEFAULT 0,
    "contentType" TEXT,
    "createdAt" INTEGER NOT NULL,
    "modifiedAt" INTEGER NOT NULL,
    "created" INTEGER NOT NULL,
    "changed" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "trash" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "nodeId" INTEGER NOT NULL,
    "originParentId" INTEGER NOT NULL,
    "originName" TEXT NOT NULL,
    "originPath" TEXT NOT NULL,
    "deletedAt" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "version" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "accountId" INTEGER NOT NULL,
    "nodeId" INTEGER NOT NULL,
    "blobId" INTEGER NOT NULL,
    "size" INTEGER NOT NULL,
    "contentType" TEXT,
    "modifiedAt" INTEGER NOT NULL,
    "supersededAt" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "property" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "kind" TEXT NOT NULL,
    "itemId" INTEGER NOT NULL,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "language" TEXT
);

-- CreateTable
CREATE TABLE "lock" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "token" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "itemId" INTEGER NOT NULL,
    "accountId" INTEGER NOT NULL,
    "exclusive" INTEGER NOT NULL,
    "deep" INTEGER NOT NULL,
    "owner" TEXT NOT NULL,
    "expiresAt" INTEGER NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "setting_key_key" ON "setting"("key");

-- CreateIndex
CREATE UNIQUE INDEX "account_uid_key" ON "account"("uid");

-- CreateIndex
CREATE UNIQUE INDEX "account_name_key" ON "account"("name");

-- CreateIndex
CREATE UNIQUE INDEX "clock_accountId_key" ON "clock"("accountId");

-- CreateIndex
CREATE INDEX "tombstone_accountId_kind_position_idx" ON "tombstone"("accountId", "kind", "position");

-- CreateIndex
CREATE UNIQUE INDEX "credential_lookup_key" ON "credential"("lookup");

-- CreateIndex
CREATE INDEX "credential_accountId_kind_idx" ON "credential"("accountId", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "invitation_lookup_key" ON "invitation"("lookup");

-- CreateIndex
CREATE UNIQUE INDEX "known_network_accountId_network_key" ON "known_network"("accountId", "network");

-- CreateIndex
CREATE UNIQUE INDEX "blob_hash_key" ON "blob"("hash");

-- CreateIndex
CREATE INDEX "blob_markedAt_idx" ON "blob"("markedAt");

-- CreateIndex
CREATE INDEX "node_accountId_changed_idx" ON "node"("accountId", "changed");

-- CreateIndex
CREATE INDEX "node_blobId_idx" ON "node"("blobId");

-- CreateIndex
CREATE UNIQUE INDEX "node_parentId_name_key" ON "node"("parentId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "trash_nodeId_key" ON "trash"("nodeId");

-- CreateIndex
CREATE INDEX "trash_accountId_deletedAt_idx" ON "trash"("accountId", "deletedAt");

-- CreateIndex
CREATE INDEX "version_nodeId_supersededAt_idx" ON "version"("nodeId", "supersededAt");

-- CreateIndex
CREATE INDEX "version_accountId_supersededAt_idx" ON "version"("accountId", "supersededAt");

-- CreateIndex
CREATE INDEX "version_blobId_idx" ON "version"("blobId");

-- CreateIndex
CREATE UNIQUE INDEX "property_kind_itemId_namespace_name_key" ON "property"("kind", "itemId", "namespace", "name");

-- CreateIndex
CREATE UNIQUE INDEX "lock_token_key" ON "lock"("token");

-- CreateIndex
CREATE INDEX "lock_kind_itemId_idx" ON "lock"("kind", "itemId");

-- CreateIndex
CREATE INDEX "lock_expiresAt_idx" ON "lock"("expiresAt");
