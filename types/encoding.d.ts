/** What every host has besides the language itself, browsers and Node alike: https://encoding.spec.whatwg.org */

declare class TextEncoder {
  encode(text?: string): Uint8Array;
}

declare class TextDecoder {
  constructor(
    label?: string,
    options?: { readonly fatal?: boolean | undefined; readonly ignoreBOM?: boolean | undefined },
  );
  decode(bytes?: Uint8Array): string;
}
