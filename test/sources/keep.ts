/** Puts a package into a cache as getting it does. */
import type { KeptSource, SourceRecord } from "../../src/sources/cache.ts";
import { inScratch, keep, REAL_DISK } from "../../src/sources/store.ts";

export function keepPackage(
  cache: string,
  { name, version, ...given }: Pick<SourceRecord, "name" | "version"> & Partial<SourceRecord>,
): Promise<KeptSource> {
  const record: SourceRecord = {
    ...{ format: 1, name, version, archive: `${name}-${version}.tar.gz`, index: "https://here/simple" },
    ...{ checked: "archive", modules: [name], requires: [], files: 1, bytes: 1, asked: false },
    ...{ dependencies: {}, ...given },
  };
  const files = new Map(record.modules.map((module) => [`${module}.py`, Buffer.from("x = 1\n")]));
  return inScratch(cache, REAL_DISK, (scratch) =>
    keep(cache, name, record, files, { scratch, disk: REAL_DISK }),
  );
}
