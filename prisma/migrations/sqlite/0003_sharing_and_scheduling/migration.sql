-- AlterTable
ALTER TABLE "collection" ADD COLUMN "availability" TEXT;
ALTER TABLE "collection" ADD COLUMN "defaultId" INTEGER;

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
