/** Utilities and its blobs. Google's bytes have a sign, and a blob knows what it holds. */
import { gunzipSync, gzipSync } from "node:zlib";
import {
  byte,
  insideOf,
  instance,
  itself,
  listOf,
  method,
  Refusal,
  strict,
  text,
  type Type,
  type Watch,
} from "./strict.ts";

export interface BlobContent {
  readonly bytes: Buffer;
  type: string | null;
  readonly name: string | null;
}

const gzipped = "application/x-gzip";

export function utilities(watch: Watch): object {
  const free = (signatures: Type[][], run: (...given: never[]) => unknown) =>
    method("nothing", signatures, run);

  const blob = (bytes: Buffer, type: string | null, name: string | null = null): object => {
    const content: BlobContent = { bytes, type, name };
    return strict(
      "Blob",
      watch,
      {
        getBytes: free([[]], () => signed(bytes)),
        getDataAsString: free([[]], () => bytes.toString("utf8")),
        setContentType: free([[text]], (given: string) => {
          content.type = given;
          return itself;
        }),
      },
      {},
      content,
    );
  };
  const newBlob = (
    data: string | number[],
    type: string | null = null,
    name: string | null = null,
  ): object => blob(typeof data === "string" ? Buffer.from(data) : Buffer.from(data), type, name);

  return strict("Utilities", watch, {
    newBlob: free(
      [[text], [text, text], [listOf(byte)], [listOf(byte), text], [listOf(byte), text, text]],
      newBlob,
    ),
    gzip: free([[instance("Blob")]], (given: object) =>
      blob(gzipSync((insideOf(given) as BlobContent).bytes), gzipped),
    ),
    ungzip: free([[instance("Blob")]], (given: object) => {
      const { bytes, type } = insideOf(given) as BlobContent;
      if (type !== gzipped) throw new Refusal(`Blob object must have content type ${gzipped}.`);
      return blob(gunzipSync(bytes), null);
    }),
    base64Encode: free([[listOf(byte)]], (bytes: number[]) =>
      Buffer.from(bytes).toString("base64"),
    ),
    base64Decode: free([[text]], (encoded: string) => {
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) throw new Refusal("Could not decode string.");
      return signed(Buffer.from(encoded, "base64"));
    }),
  });
}

function signed(bytes: Buffer): number[] {
  return Array.from(new Int8Array(bytes));
}
