/**
 * The two classes that the analyzer's glue needs for texts and Google's runtime does not have. What
 * it asks of them is here and no more; the platform's own functions do the encoding.
 */

export class TextEncoder {
  encode(text: string): Uint8Array {
    // Half a character can not be encoded: it becomes the sign for that.
    const escaped = encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
    const bytes = new Uint8Array(escaped.length);
    let length = 0;
    for (let index = 0; index < escaped.length; index++) {
      const isEscape = escaped[index] === "%";
      bytes[length++] = isEscape
        ? Number.parseInt(escaped.slice(index + 1, index + 3), 16)
        : escaped.charCodeAt(index);
      if (isEscape) index += 2;
    }
    return bytes.subarray(0, length);
  }
}

export class TextDecoder {
  decode(bytes: Uint8Array = new Uint8Array()): string {
    const escapes = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`);
    return decodeURIComponent(escapes.join(""));
  }
}
