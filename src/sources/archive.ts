/** The text in an archive, read in memory within limits; nothing is unpacked to a disk, and links are never followed. */
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Parser, type ReadEntry } from "tar";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { KeptPaths, LIMITS, refuseClimbing } from "./paths.ts";
import { SourcesProblem } from "./problem.ts";

/** Contents by path. */
export type Text = ReadonlyMap<string, Buffer>;

/** Whether a path of the archive is wanted, under its path in the package; undefined leaves it out. */
export type Place = (path: string) => string | undefined;

/** What is kept so far, within the limits of a package. */
class Collected {
  readonly text = new Map<string, Buffer>();
  readonly #paths = new KeptPaths();
  #bytes = 0;

  add(path: string, content: Buffer): void {
    this.#paths.add(path);
    this.#bytes += content.length;
    if (this.#bytes > LIMITS.packageBytes)
      throw new SourcesProblem(`its text is more than ${LIMITS.packageBytes / 1e6} MB`);
    if (this.text.size >= LIMITS.files)
      throw new SourcesProblem(`it holds more than ${LIMITS.files} files of text`);
    this.text.set(path, content);
  }
}

export async function readZipFile(file: string, place: Place): Promise<Text> {
  return readZip(
    await toldAsDamage(() => openPromise(file, { autoClose: false, strictFileNames: true })),
    place,
  );
}

/** `prepare` is told of all entries that will be read, before they are. */
export async function readZip(
  zip: ZipFile,
  place: Place,
  prepare: (entries: readonly Entry[]) => Promise<void> = async () => undefined,
): Promise<Text> {
  const collected = new Collected();
  try {
    const wanted: (readonly [string, Entry])[] = [];
    await toldAsDamage(async () => {
      for await (const entry of zip.eachEntry()) {
        if (zip.entryCount > LIMITS.entries)
          throw new SourcesProblem("it holds more files than any package does");
        refuseClimbing(entry.fileName);
        const path = entry.fileName.endsWith("/") || isLink(entry) ? undefined : place(entry.fileName);
        if (path !== undefined && entry.uncompressedSize <= LIMITS.fileBytes) wanted.push([path, entry]);
      }
    });
    await prepare(wanted.map(([, entry]) => entry));
    for (const [path, entry] of wanted) {
      const content = await toldAsDamage(async () => contentOf(await zip.openReadStreamPromise(entry)));
      collected.add(path, content);
    }
  } finally {
    zip.close();
  }
  return collected.text;
}

/** As Unix marks it in the upper half of the attributes. */
function isLink({ externalFileAttributes }: Entry): boolean {
  return ((externalFileAttributes >>> 16) & 0o170000) === 0o120000;
}

async function contentOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** More than this comes out of no honest archive. */
const MOST_UNPACKED = 2e9;

export async function readTarGz(bytes: NodeJS.ReadableStream, place: Place): Promise<Text> {
  const collected = new Collected();
  let problem: unknown;
  const parser = new Parser({
    onReadEntry: (entry) => {
      try {
        take(entry, place, collected, (error) => {
          problem ??= error;
        });
      } catch (error) {
        problem ??= error;
        entry.resume();
      }
    },
    onwarn: (code, message) => {
      if (/^TAR_(BAD_ARCHIVE|ENTRY_INVALID|ENTRY_ERROR|ABORT)$/.test(code))
        problem ??= new SourcesProblem(`it is damaged (${String(message)})`);
    },
  });
  // What follows the end of the archive is none of it, and may be without end.
  let isEnded = false;
  parser.on("eof", () => {
    isEnded = true;
  });
  let unpacked = 0;
  const into = new Writable({
    write(part: Buffer, _encoding, done) {
      unpacked += part.length;
      if (unpacked > MOST_UNPACKED)
        problem ??= new SourcesProblem("it unpacks to more than any package holds");
      if (problem === undefined && !isEnded) parser.write(part);
      done(problem === undefined ? null : asError(problem));
    },
    final(done) {
      parser.end();
      done(problem === undefined ? null : asError(problem));
    },
  });
  await toldAsDamage(() => pipeline(bytes, createGunzip(), into));
  if (problem !== undefined) throw problem;
  return collected.text;
}

function take(
  entry: ReadEntry,
  place: Place,
  collected: Collected,
  onProblem: (problem: unknown) => void,
): void {
  const file = entry.path.replace(/^(\.\/)+/, "");
  if (file !== "") refuseClimbing(file);
  const isFile = entry.type === "File" || entry.type === "OldFile" || entry.type === "ContiguousFile";
  const path = isFile && entry.size <= LIMITS.fileBytes ? place(file) : undefined;
  if (path === undefined) {
    entry.resume();
    return;
  }
  const parts: Buffer[] = [];
  entry.on("data", (part) => parts.push(Buffer.from(part)));
  entry.on("end", () => {
    try {
      collected.add(path, Buffer.concat(parts));
    } catch (error) {
      onProblem(error);
    }
  });
}

function asError(problem: unknown): Error {
  return problem instanceof Error ? problem : new Error(String(problem));
}

/** What a library says of an archive that it cannot read. */
async function toldAsDamage<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { name, message, code } = error as NodeJS.ErrnoException;
    if (error instanceof SourcesProblem || name === "AbortError") throw error;
    throw new SourcesProblem(`it is damaged (${message || code})`);
  }
}
