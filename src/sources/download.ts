/** Brings the text of one archive here, checked: whole and by its hash, or of a large wheel only the parts needed. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import path from "node:path";
import { fromRandomAccessReaderPromise } from "yauzl";
import { readTarGz, readZip, readZipFile, type Text } from "./archive.ts";
import type { Answer, Client } from "./http.ts";
import { shown } from "./http.ts";
import { type Package, packageOf, placeOf } from "./layout.ts";
import type { Archive } from "./pick.ts";
import { diskProblem, SourcesProblem } from "./problem.ts";
import { RangeReader } from "./rangeReader.ts";
import type { Disk } from "./store.ts";

export interface Progress {
  readonly archive: string;
  /** Bytes so far, and of how many where that is known. */
  readonly received: number;
  readonly total?: number;
}

export interface DownloadOptions {
  /** A folder of ours, for the archive while it is read. */
  readonly scratch: string;
  readonly disk: Disk;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface Downloaded extends Package {
  readonly checked: "archive" | "files" | "nothing";
}

/** From here on parts are fetched, where the server gives them. */
const LARGE = 20e6;
/** The largest wheels of frameworks have about as much. */
const MOST = 4e9;

export async function download(
  client: Client,
  archive: Archive,
  options: DownloadOptions,
): Promise<Downloaded> {
  try {
    const { kind, file } = archive;
    const mayBeParts = kind === "wheel";
    if (mayBeParts && (file.size ?? 0) > LARGE) {
      const parts = await inParts(client, archive, options);
      if (parts) return parts;
    }
    const answer = await open(client, archive, options);
    const length = Number(answer.header("content-length") ?? file.size ?? 0);
    const gives = /\bbytes\b/.test(answer.header("accept-ranges") ?? "");
    if (mayBeParts && file.size === undefined && length > LARGE && gives) {
      answer.body.destroy();
      const parts = await inParts(client, archive, options);
      if (parts) return parts;
      return await whole(await open(client, archive, options), archive, options);
    }
    return await whole(answer, archive, options);
  } catch (error) {
    if (!(error instanceof SourcesProblem)) throw error;
    throw new SourcesProblem(`${archive.file.filename}: ${error.message}`);
  }
}

async function open(client: Client, { file }: Archive, { signal }: DownloadOptions): Promise<Answer> {
  const answer = await client.get(file.url, { signal });
  const at = shown(new URL(answer.url));
  const problem =
    answer.status !== 200
      ? `${at} does not have it (status ${answer.status})`
      : /\bhtml\b/.test(answer.header("content-type") ?? "")
        ? `${at} answered with a web page in its place: is there a proxy between?`
        : Number(answer.header("content-length") ?? 0) > MOST
          ? `it has more than ${MOST / 1e9} GB`
          : undefined;
  if (problem === undefined) return answer;
  answer.body.destroy();
  throw new SourcesProblem(problem);
}

async function whole(answer: Answer, archive: Archive, options: DownloadOptions): Promise<Downloaded> {
  const { file, kind } = archive;
  const { scratch, disk, signal, onProgress } = options;
  const place = path.join(scratch, "archive");
  const hash = createHash(file.hash?.algorithm ?? "sha256");
  const total = Number(answer.header("content-length") ?? file.size) || undefined;
  let received = 0;
  async function* bytes(): AsyncGenerator<Buffer> {
    for await (const part of answer.body as AsyncIterable<Buffer>) {
      received += part.length;
      if (received > MOST) throw new SourcesProblem(`it has more than ${MOST / 1e9} GB`);
      hash.update(part);
      onProgress?.({ archive: file.filename, received, ...(total && { total }) });
      yield part;
    }
  }
  await onDisk(() => disk.writeFile(place, bytes(), signal ? { signal } : {}), place, signal);
  const found = hash.digest("hex");
  if (file.hash && found !== file.hash.value)
    throw new SourcesProblem(
      `its ${file.hash.algorithm} is ${found}, but the index says ${file.hash.value}: it is damaged or was exchanged`,
    );
  const text =
    kind === "tar"
      ? await readTarGz(createReadStream(place), placeOf(kind))
      : await readZipFile(place, placeOf(kind));
  await disk.rm(place, { force: true });
  const isListed = !file.hash && kind === "wheel" && checkRecord(text) === "matches";
  return { ...packageOf(text, archive), checked: file.hash ? "archive" : isListed ? "files" : "nothing" };
}

/** Writing fails for the disk, or for what is written. */
async function onDisk(write: () => Promise<void>, file: string, signal?: AbortSignal): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (error instanceof SourcesProblem) throw error;
    throw signal?.aborted ? signal.reason : diskProblem(error, `${file} cannot be written`);
  }
}

/** Undefined where the server gives no parts. */
async function inParts(
  client: Client,
  archive: Archive,
  { signal, onProgress }: DownloadOptions,
): Promise<Downloaded | undefined> {
  const { filename, url } = archive.file;
  let received = 0;
  const onBytes = (count: number): void => {
    received += count;
    onProgress?.({ archive: filename, received });
  };
  const reader = await RangeReader.open(client, url, { signal, onBytes });
  if (!reader) return undefined;
  const zip = await opened(reader);
  const text = await readZip(zip, placeOf("wheel"), (entries) => reader.prefetch(entries));
  if (checkRecord(text) === "none")
    throw new SourcesProblem("it has no RECORD, so that its parts cannot be checked");
  return { ...packageOf(text, archive), checked: "files" };
}

async function opened(reader: RangeReader): ReturnType<typeof fromRandomAccessReaderPromise> {
  try {
    return await fromRandomAccessReaderPromise(reader, reader.size, {
      autoClose: false,
      strictFileNames: true,
    });
  } catch (error) {
    if (error instanceof SourcesProblem) throw error;
    throw new SourcesProblem(`it is damaged (${(error as Error).message})`);
  }
}

/** A wheel's RECORD lists a hash of every file. */
function checkRecord(text: Text): "matches" | "none" {
  const record = [...text].find(([file]) => /^[^/]+\.dist-info\/RECORD$/.test(file));
  if (!record) return "none";
  const listed = new Map(
    String(record[1])
      .split(/\r?\n/)
      .flatMap((line) => {
        const [, quoted, plain, hash = ""] =
          /^(?:"((?:[^"]|"")*)"|([^",]*)),sha256=([\w-]+)=*,/.exec(line) ?? [];
        const name = quoted?.replaceAll('""', '"') ?? plain;
        return name === undefined ? [] : [[inPackage(name), hash] as const];
      }),
  );
  for (const [file, content] of text) {
    if (file === record[0]) continue;
    const found = createHash("sha256").update(content).digest("base64url");
    if (listed.get(file) !== found)
      throw new SourcesProblem(
        `its file ${file} is not the one that its RECORD lists: it is damaged or was exchanged`,
      );
  }
  return "matches";
}

function inPackage(name: string): string {
  return name.replace(/^[^/]+\.data\/(purelib|platlib)\//, "");
}
