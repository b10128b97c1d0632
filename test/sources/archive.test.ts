import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readTarGz } from "../../src/sources/archive.ts";
import { tarGz } from "./indexServer.ts";

const read = (bytes: Buffer) => readTarGz(Readable.from([bytes]), (path) => path);

describe("an archive of text", () => {
  it("ends where its own mark says, whatever follows", async () => {
    const archive = gunzipSync(tarGz([{ path: "net.py", text: "x = 1\n" }]));
    const text = await read(gzipSync(Buffer.concat([archive, Buffer.alloc(64_000_000)])));
    expect([...text].map(([name, content]) => [name, content.toString()])).toEqual([["net.py", "x = 1\n"]]);
  });

  it("is damaged when it holds nothing but zeros", async () => {
    await expect(read(gzipSync(Buffer.alloc(64_000_000)))).rejects.toThrow(/^it is damaged/);
  });
});
