-- AlterTable
ALTER TABLE "account" ADD COLUMN     "kind" TEXT NOT NULL DEFAULT 'person';

-- AlterTable
ALTER TABLE "collection" ADD COLUMN     "availability" TEXT,
ADD COLUMN     "defaultId" BIGINT;
