/** Bytes as a broken or hostile client may write them, in chunks of any size. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageBytes } from "../../src/server/messageBytes.ts";

/** What the message reader gets of these bytes, cut into chunks of the given sizes in turn. */
function pass(bytes: Buffer, sizes: readonly number[]) {
  const log: string[] = [];
  const out: Buffer[] = [];
  const stream = new MessageBytes((text) => log.push(text));
  stream.on("data", (chunk: Buffer) => out.push(chunk));
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    stream.write(bytes.subarray(at, at + size));
    at += size;
  }
  return new Promise<{ readonly messages: string[]; readonly log: readonly string[] }>((resolve) => {
    stream.on("end", () => resolve({ messages: read(Buffer.concat(out)), log }));
    stream.end();
  });
}

/** As the protocol says, of a stream without faults. */
function read(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const end = rest.indexOf("\r\n\r\n");
    const length = Number(/^Content-Length: (\d+)$/.exec(rest.toString("latin1", 0, end))?.[1]);
    messages.push(rest.toString("utf8", end + 4, end + 4 + length));
    rest = rest.subarray(end + 4 + length);
  }
  return messages;
}

function framed(json: string, length: number | string = Buffer.byteLength(json)): Buffer {
  return Buffer.from(`Content-Length: ${length}\r\n\r\n${json}`);
}

const chunks = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 20 });
/** Texts that look like a header are data as well. */
const message = fc
  .oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.constant("Content-Length: 5\r\n\r\n{}"))
  .map((text) => JSON.stringify({ jsonrpc: "2.0", method: text, params: [text] }));

const NEXT = '{"next":1}';
const GOOD = '{"good":"é"}';
const dropped = "dropped bytes that are no message; reading on at the next header";

describe("the bytes of messages", () => {
  it("pass as they are, in chunks of any size", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message), chunks, async (messages, sizes) => {
        const bytes = Buffer.concat(messages.map((json) => framed(json)));
        expect(await pass(bytes, sizes)).toEqual({ messages, log: [] });
      }),
    );
  });

  it.each([
    ["a length that is no number", framed('{"lost":1}', "abc")],
    ["a negative length", framed('{"lost":1}', -5)],
    ["a length that is missing", Buffer.from('Content-Type: x\r\n\r\n{"lost":1}')],
    ["bytes between messages", Buffer.from([0, 255, 13, 10, 13, 10, 200, 10])],
    ["half a header", Buffer.from("Content-Length: 12\r\nCont")],
    ["many bytes without a line end", Buffer.alloc(10_000, "x")],
  ])("go on with the next message after %s", async (_, broken) => {
    const bytes = Buffer.concat([framed(GOOD), broken, framed(NEXT), framed(NEXT)]);
    await fc.assert(
      fc.asyncProperty(chunks, async (sizes) => {
        expect(await pass(bytes, sizes)).toEqual({ messages: [GOOD, NEXT, NEXT], log: [dropped] });
      }),
    );
  });

  it.each([3, 12, 20, 200, 60_000_000])("go on after a length of %d that is wrong", async (length) => {
    const bytes = Buffer.concat([framed(GOOD), framed('{"lost":1}', length), framed(NEXT)]);
    const log = [
      `dropped a message that is not of the ${length} bytes that its header says; reading on at the next header`,
    ];
    await fc.assert(
      fc.asyncProperty(chunks, async (sizes) => {
        expect(await pass(bytes, sizes)).toEqual({ messages: [GOOD, NEXT], log });
      }),
    );
  });

  it("of a message that is too large are not waited for", async () => {
    const bytes = Buffer.concat([framed('{"lost":1}', "99999999999"), framed(NEXT)]);
    expect(await pass(bytes, [7])).toEqual({
      messages: [NEXT],
      log: [
        "dropped a message of 99999999999 bytes, more than the 67108864 that are read; reading on at the next header",
      ],
    });
  });

  it("may have other header fields, in any case and order", async () => {
    const type = "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n";
    const bytes = Buffer.from(
      `${type}content-length: 10\r\n\r\n${NEXT}CONTENT-LENGTH:10\r\n${type}\r\n${NEXT}`,
    );
    expect(await pass(bytes, [11])).toEqual({ messages: [NEXT, NEXT], log: [] });
  });

  it("never stop for good, whatever came before", async () => {
    const garbage = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
        fc
          .constantFrom("Content-Length: ", "\r\n", "\r\n\r\n", "{", "}", "5", "-")
          .map((text) => Buffer.from(text)),
        message.map((json) => framed(json)),
      ),
    );
    await fc.assert(
      fc.asyncProperty(garbage, chunks, async (parts, sizes) => {
        const { messages } = await pass(Buffer.concat([...parts, framed(NEXT), framed(NEXT)]), sizes);
        expect(messages.at(-1)).toBe(NEXT);
      }),
    );
  });
});
