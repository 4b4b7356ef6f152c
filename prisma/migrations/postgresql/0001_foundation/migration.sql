-- CreateTable
CREATE TABLE "setting" (
    "id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" BIGSERIAL NOT NULL,
    "uid" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "isAdmin" BIGINT NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL DEFAULT 'active',
    "quota" BIGINT,
    "createdAt" BIGINT NOT NULL,
    "deletedAt" BIGINT,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clock" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "position" BIGINT NOT NULL DEFAULT 0,
    "floor" BIGINT NOT NULL DEFAULT 0,
    "used" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "clock_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tombstone" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "collection" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "createdAt" BIGINT NOT NULL,

    CONSTRAINT "tombstone_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credential" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "label" TEXT NOT NULL DEFAULT '',
    "scopes" TEXT NOT NULL DEFAULT 'all',
    "lookup" BYTEA,
    "secret" TEXT,
    "createdAt" BIGINT NOT NULL,
    "expiresAt" BIGINT,
    "lastUsedAt" BIGINT,
    "lastUsedBy" TEXT,

    CONSTRAINT "credential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invitation" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "lookup" BYTEA NOT NULL,
    "accountId" BIGINT,
    "createdBy" BIGINT,
    "createdAt" BIGINT NOT NULL,
    "expiresAt" BIGINT NOT NULL,
    "usedAt" BIGINT,

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "known_network" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "network" TEXT NOT NULL,
    "lastAt" BIGINT NOT NULL,

    CONSTRAINT "known_network_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "blob" (
    "id" BIGSERIAL NOT NULL,
    "hash" BYTEA NOT NULL,
    "size" BIGINT NOT NULL,
    "data" BYTEA,
    "createdAt" BIGINT NOT NULL,
    "markedAt" BIGINT,

    CONSTRAINT "blob_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "node" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "parentId" BIGINT,
    "name" TEXT NOT NULL,
    "isFolder" BIGINT NOT NULL,
    "blobId" BIGINT,
    "size" BIGINT NOT NULL DEFAULT 0,
    "contentType" TEXT,
    "createdAt" BIGINT NOT NULL,
    "modifiedAt" BIGINT NOT NULL,
    "created" BIGINT NOT NULL,
    "changed" BIGINT NOT NULL,

    CONSTRAINT "node_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "trash" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "nodeId" BIGINT NOT NULL,
    "originParentId" BIGINT NOT NULL,
    "originName" TEXT NOT NULL,
    "originPath" TEXT NOT NULL,
    "deletedAt" BIGINT NOT NULL,

    CONSTRAINT "trash_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "version" (
    "id" BIGSERIAL NOT NULL,
    "accountId" BIGINT NOT NULL,
    "nodeId" BIGINT NOT NULL,
    "blobId" BIGINT NOT NULL,
    "size" BIGINT NOT NULL,
    "contentType" TEXT,
    "modifiedAt" BIGINT NOT NULL,
    "supersededAt" BIGINT NOT NULL,

    CONSTRAINT "version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "property" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "itemId" BIGINT NOT NULL,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "language" TEXT,

    CONSTRAINT "property_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lock" (
    "id" BIGSERIAL NOT NULL,
    "token" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "itemId" BIGINT NOT NULL,
    "accountId" BIGINT NOT NULL,
    "exclusive" BIGINT NOT NULL,
    "deep" BIGINT NOT NULL,
    "owner" TEXT NOT NULL,
    "expiresAt" BIGINT NOT NULL,

    CONSTRAINT "lock_pkey" PRIMARY KEY ("id")
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
